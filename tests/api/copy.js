// SPDX-License-Identifier: GPL-3.0-or-later
// A client that follows GET /v1/changes.
//
//   const copy = new Copy(ann);                                a state and the objects known, none yet; { limit, types }
//   const told = await copy.sync();                            all pages to the end: what they told
//   await assertComplete(copy);                                it has what the other endpoints say
'use strict';
const assert = require('node:assert/strict');
const { collect } = require('./network.js');

async function changes(caller, params = {}) {
    const answer = await caller.get(`/v1/changes?${new URLSearchParams(params)}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
}

/** A client's copy: what the feed told, and where it stands. */
class Copy {
    constructor(caller, params = {}) {
        this.caller = caller;
        this.params = params;
        this.objects = new Map();
        this.state = null;
    }

    async page() {
        const since = this.state ? { since: this.state } : {};
        const page = await changes(this.caller, { ...this.params, ...since });
        assert.equal(page.since, this.state);
        for (const { type, id, op, rev, data } of page.objects) {
            if (op === 'delete') this.objects.delete(`${type} ${id}`);
            else {
                assert.equal(op, 'upsert');
                if (data.rev !== undefined) assert.equal(rev, data.rev);
                this.objects.set(`${type} ${id}`, data);
            }
        }
        this.state = page.state;
        return page;
    }

    async sync() {
        const told = [];
        for (;;) {
            const page = await this.page();
            told.push(...page.objects);
            if (!page.more) return told;
        }
    }

    of(type) {
        return [...this.objects].filter(([key]) => key.startsWith(`${type} `)).map(([, data]) => data);
    }
}

const sorted = (items) => [...items].sort((a, b) => (a.id < b.id ? -1 : 1));

/** The copy is what the other endpoints say. */
async function assertComplete(copy) {
    const { caller } = copy;
    const referrals = await collect(caller, '/v1/referrals', 500);
    assert.deepEqual(sorted(copy.of('referral')), sorted(referrals));
    const partners = (await collect(caller, '/v1/partners')).map((p) => `${p.account} ${p.name} ${p.rev}`);
    assert.deepEqual(copy.of('partner').map((p) => `${p.account} ${p.name} ${p.rev}`).sort(), partners.sort());
    const notes = [];
    for (const { id } of referrals) notes.push(...await collect(caller, `/v1/referrals/${id}/notes`));
    assert.deepEqual(sorted(copy.of('note')), sorted(notes));
    assert.deepEqual(copy.of('account'), [(await caller.get('/v1/me')).body.account]);
}

module.exports = { Copy, assertComplete, changes, sorted };
