// SPDX-License-Identifier: GPL-3.0-or-later
// Every event from every state by every party. What must happen is read from the transition table of
// src/model/referral_rules.c, so that the API is held to that table and to nothing else.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { act, network, send } = require('./network.js');

/** { EVENT: { sides: Set, states: Set, amend: Set, needsLead } } */
function readTable() {
    const source = fs.readFileSync(path.join(__dirname, '..', '..', 'src', 'model', 'referral_rules.c'), 'utf8');
    const macros = Object.fromEntries([...source.matchAll(/#define (AFTER_VERDICT|ANY_STATE)((?:.*\\\n)+.*)/g)].map((m) => [m[1], m[2]]));
    const states = (text) => {
        const plain = text.replace(/AFTER_VERDICT|ANY_STATE/g, (name) => states(macros[name]).map((s) => `IN(REFERRAL_${s})`).join());
        return [...plain.matchAll(/IN\(REFERRAL_(\w+)\)/g)].map((m) => m[1]);
    };
    const body = /transitions\[\] = \{\n([^;]*)\};/.exec(source)[1];
    const rows = [...body.matchAll(/\[EVENT_(\w+)\] = \{ ([^}]*)\}/g)].map(([, event, text]) => {
        const [positional, amend = ''] = text.split('.amend =');
        return [event, { sides: new Set([...positional.matchAll(/BOX_(\w+)/g)].map((m) => m[1])), states: new Set(states(positional)),
            amend: new Set(states(amend)), needsLead: /needs_lead = true/.test(text) }];
    });
    return Object.fromEntries(rows);
}
const table = readTable();

let net;
before(async () => { net = await network(['ann', 'ben'], { strangers: ['eve'] }); });
after(() => net.stop());

/* Ways to each state, from one just sent by ann to ben. */
const outcome = (code) => [['ben', 'confirm', { verdict: 'lead' }], ['ben', 'outcome', { outcome: code }]];
const ways = {
    SENT: [],
    PICKED_UP: [['ben', 'pick-up']],
    CONFIRMED: [['ben', 'confirm', { verdict: 'lead' }]],
    'CONFIRMED not a lead': [['ben', 'confirm', { verdict: 'not_a_lead', reason_code: 'no_need' }]],
    'CONFIRMED amended': [['ben', 'confirm', { verdict: 'not_a_lead', reason_code: 'no_need' }], ['ben', 'confirm', { verdict: 'lead' }]],
    WORKING: outcome('working'),
    WON: outcome('won'),
    LOST: outcome('lost'),
    DORMANT: outcome('dormant'),
    WITHDRAWN: [['ann', 'withdraw']],
};
const events = {
    PICK_UP: [['pick-up']],
    CONFIRM: [['confirm', { verdict: 'lead' }], ['confirm', { verdict: 'not_a_lead', message: 'Wrong number' }]],
    OUTCOME: ['working', 'won', 'lost', 'dormant'].map((code) => ['outcome', { outcome: code }]),
    WITHDRAW: [['withdraw']],
    REMIND: [['remind']],
    NOTE: [['notes', { text: 'Rang twice' }]],
};
const parties = { ben: 'INBOX', ann: 'SENT', eve: null };

/** [status, code]; 2xx is [200]. */
function expected(event, way, side) {
    const row = table[event], state = way.split(' ')[0], decided = !['SENT', 'PICKED_UP', 'WITHDRAWN'].includes(state);
    if (!side) return [404, 'not-found'];
    if (!row.sides.has(side)) return [403, 'forbidden'];
    if (row.amend.size && decided) return row.amend.has(state) && !way.endsWith('amended') ? [200] : [409, 'amend-closed'];
    if (!row.states.has(state) || (row.needsLead && way.endsWith('not a lead'))) return [409, 'referral-state'];
    return [200];
}

function perform(caller, referral, [verb, body]) {
    const url = `/v1/referrals/${referral.id}/${verb}`;
    return verb === 'notes' ? caller.put(`${url}/${uuid()}`, body) : caller.post(url, body);
}

test('the table was read whole', () => {
    assert.deepEqual(Object.keys(table).sort(), Object.keys(events).sort());
    const states = new Set(Object.keys(ways).map((way) => way.split(' ')[0]));
    assert.deepEqual(new Set([...table.NOTE.states]), states);
    assert.ok(table.CONFIRM.amend.size > 0 && table.OUTCOME.needsLead);
});

for (const way of Object.keys(ways))
    for (const event of Object.keys(events))
        test(`R39 R40 R47 R51: ${event} when ${way}, by recipient, sender and stranger`, async () => {
            for (const [name, side] of Object.entries(parties))
                for (const one of events[event]) {
                    const referral = await send(net.ann, net.ben);
                    for (const [who, verb, body] of ways[way]) await act(net[who], referral, verb, body);
                    const before = (await net.ann.get(`/v1/referrals/${referral.id}`)).body;
                    assert.equal(before.state.toUpperCase(), way.split(' ')[0]);
                    const answer = await perform(net[name], referral, one);
                    const [status, code] = expected(event, way, side);
                    if (status === 200) assert.ok(answer.status === 200 || answer.status === 201, `${name} ${one}: ${answer.text}`);
                    else assertProblem(answer, status, code);
                    const now = (await net.ann.get(`/v1/referrals/${referral.id}`)).body;
                    if (status !== 200 || event === 'NOTE') assert.deepEqual(now, before, `${name} ${one}`);
                }
        });
