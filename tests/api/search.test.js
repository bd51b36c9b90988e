// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1/referrals?q=: words as people type them.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { uuid } = require('./harness.js');
const { act, collect, ids, network, send } = require('./network.js');

let net, ann, ben, cy;
const sent = {};
const contacts = {
    plain: { contact: { first_name: 'Priya', last_name: 'Bright', company_name: 'Bright & Co', phone_1: '01632 960123', city: 'Leeds', postal_code: 'LS1 4AB' }, need: 'Boiler replacement, 2 sites' },
    accents: { contact: { first_name: 'Françoise', last_name: 'Béranger-Núñez', company_name: 'Café Crème Brûlée', email: 'f.beranger@creme.example' }, need: 'Façade' },
    decomposed: { contact: { first_name: 'Zoe\u0308', phone_1: '07700 900001' }, need: 'Marquee' },
    chinese: { contact: { first_name: '小明', last_name: '王', company_name: '王氏貿易有限公司', phone_1: '07700 900002' }, need: '事務所の暖房を更新したい' },
    korean: { contact: { first_name: '민준', last_name: '김', phone_1: '07700 900003' }, need: '온수기 교체' },
    arabic: { contact: { first_name: 'نورة', last_name: 'الهاشمي', phone_1: '07700 900004' }, need: 'تدفئة مكتب' },
    hebrew: { contact: { first_name: 'שירה', last_name: 'כהן', phone_1: '07700 900005' }, need: 'דוד מים חמים' },
    vietnamese: { contact: { first_name: 'Nguyễn Thị', last_name: 'Ánh Tuyết', phone_1: '07700 900006' }, need: 'Lắp đặt bình nước nóng' },
    german: { contact: { last_name: 'Großmann', phone_1: '07700 900007' }, need: 'Straßenlaternen' },
    operators: { contact: { last_name: 'AND', phone_1: '07700 900008' }, need: 'NEAR OR NOT tap* "quoted" words:x ^start' },
    comments: { contact: { last_name: 'Quiet', phone_1: '07700 900009' }, need: 'Roof', comments: 'Speaks only\nPortuguese' },
    long: { contact: { last_name: 'Long', phone_1: '07700 900010' }, need: `${'x'.repeat(300)} end` },
};

before(async () => {
    net = await network(['ann', 'ben', 'cy'], { strangers: ['eve'] });
    ({ ann, ben, cy } = net);
    for (const [name, extra] of Object.entries(contacts)) sent[name] = (await send(ben, ann, extra)).id;
    sent.mine = (await send(ann, cy, { need: 'Boiler of mine', contact: { last_name: 'Own', phone_1: '07700 900011' } })).id;
    sent.others = (await send(ben, cy, { need: 'Boiler of others', contact: { last_name: 'Other', phone_1: '07700 900012' } })).id;
});
after(() => net.stop());

async function find(q, caller = ann, more = '') {
    return ids(await collect(caller, `/v1/referrals?${new URLSearchParams({ q })}${more}`));
}

const found = [
    ['Priya', 'plain'], ['pri', 'plain'], ['PRIYA bright', 'plain'], ['bright priya', 'plain'], ['ght', null], ['priya béranger', null],
    ['Bright & Co', 'plain'], ['leeds', 'plain'], ['LS1', 'plain'], ['ls1 4ab', 'plain'], ['replacement,', 'plain'], ['2', 'plain'],
    ['01632 960123', 'plain'], ['01632960123', 'plain'], ['960123', 'plain'], ['(01632)', 'plain'],
    ['Francoise', 'accents'], ['FRANÇOISE', 'accents'], ['beranger', 'accents'], ['Béranger-Núñez', 'accents'], ['nunez', 'accents'], ['brulee', 'accents'],
    ['f.beranger@creme.example', 'accents'], ['facade', 'accents'], ['zoe', 'decomposed'], ['Zoë', 'decomposed'], ['Zoe\u0308', 'decomposed'],
    ['王', 'chinese'], ['小明', 'chinese'], ['王氏', 'chinese'], ['貿易', 'chinese'], ['暖房', 'chinese'], ['王 暖', 'chinese'], ['公司', 'chinese'],
    ['김', 'korean'], ['온수기', 'korean'], ['온수', 'korean'], ['نورة', 'arabic'], ['تدفئة', 'arabic'], ['כהן', 'hebrew'], ['מים', 'hebrew'],
    ['nguyen', 'vietnamese'], ['Nguyễn', 'vietnamese'], ['tuyet', 'vietnamese'], ['lap', 'vietnamese'],
    ['grossmann', 'german'], ['GROẞMANN', 'german'], ['strassen', 'german'], ['Straße', 'german'],
    ['and', 'operators'], ['NOT', 'operators'], ['near', 'operators'], ['tap*', 'operators'], ['"quoted"', 'operators'], ['words:x', 'operators'],
    ['tap* AND "quoted', 'operators'], ['^start', 'operators'], ['portuguese', 'comments'], ['x'.repeat(200), 'long'], ['end', 'long'],
];
for (const [q, name] of found)
    test(`q=${q.slice(0, 40)} finds ${name || 'nothing'}`, async () => {
        assert.deepEqual(await find(q), name ? [sent[name]] : []);
    });

test('text without a word finds nothing, and is no error', async () => {
    for (const q of ['*', '"', '"""', '--', '()', ' ', "'", ':', '^', '\\', '%', '_', '!', '|', '&', '🎈', '\u200b', '\u0301'])
        assert.deepEqual(await find(q), [], q);
    assert.ok((await collect(ann, '/v1/referrals?q=')).length > 5); // no question at all
});

test('what is typed never becomes a query of the engine', async () => {
    const hostile = ['boiler OR tap', 'boiler) OR (tap', "boiler' | 'tap", 'boiler:*', 'NOT boiler', '!boiler', 'boiler <-> tap', 'i_', 's_', `i_${ben.account.replaceAll('-', '')}`,
        `s_${ben.account.replaceAll('-', '')}`, '{words} : boiler', 'boiler\\', "boiler''", 'boiler"; DROP TABLE referral; --', '\u0001boiler'];
    for (const q of hostile) {
        const answer = await ann.get(`/v1/referrals?${new URLSearchParams({ q })}`);
        assert.ok([200, 422].includes(answer.status), `${q}: ${answer.text}`);
        for (const item of answer.body.items || []) assert.ok([item.from.account, item.to.account].includes(ann.account), q);
    }
    assert.deepEqual(await find('boiler tap'), []);
});

test('the other party is found by name, in the box that is asked for', async () => {
    assert.deepEqual(await find('cy'), [sent.mine]);
    assert.equal((await find('ben')).length, Object.keys(contacts).length);
    assert.deepEqual(await find('boiler', ann, '&box=sent'), [sent.mine]);
    assert.deepEqual(await find('boiler', ann, '&box=inbox'), [sent.plain]);
    assert.deepEqual((await find('boiler')).sort(), [sent.mine, sent.plain].sort());
    assert.deepEqual((await find('boiler', cy)).sort(), [sent.mine, sent.others].sort());
    assert.deepEqual(await find('boiler', net.eve), []);
});

test('a referral is found by the same words after events, and a new one at once', async () => {
    await act(ann, { id: sent.plain }, 'confirm', { verdict: 'not_a_lead', message: 'zebra' });
    assert.deepEqual(await find('priya'), [sent.plain]);
    const fresh = await send(ben, ann, { need: 'Xylophone tuning' });
    assert.deepEqual(await find('xylo'), [fresh.id]);
    assert.deepEqual(await find('xylophone', ben), [fresh.id]);
});

test('thirteen words are searched by the first twelve', async () => {
    assert.deepEqual(await find('boiler replacement 2 sites priya bright bright co leeds ls1 4ab 01632 nonsense'), [sent.plain]);
});
