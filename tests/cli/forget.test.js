// SPDX-License-Identifier: GPL-3.0-or-later
// What a machine forgets of others: of whoever deleted their account (R2, R3) every byte, of a former partner what only partners see,
// both at the next sync; the files of the profile are searched, as the server's test searches those of its database.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { spawn } = require('node:child_process');
const { after, before, test } = require('node:test');
const { PASSWORD, waitFor } = require('../api/harness.js');
const { act, network, send } = require('../api/network.js');
const { Home, program } = require('./home.js');

const NAME = 'Zebulon Quartermaine', PHONE = '07700 900987';
let net, home;
before(async () => {
    net = await network(['zebulonq', 'ann', 'yorickv', 'xaverius'], { tcp: true });
    home = new Home();
    await home.login(`http://127.0.0.1:${net.api.port}`, 'ann@x.example', PASSWORD);
});
after(async () => {
    home.remove();
    await net.stop();
});

const run = async (...args) => (await home.leadline(args)).expect(0);

/** [[file, text around it]] of all places in the profile's files that have a word, in any case. */
function places(...words) {
    const found = [];
    for (const name of fs.readdirSync(home.dir, { recursive: true }).map(String)) {
        const file = home.path(name);
        if (!fs.statSync(file).isFile()) continue;
        const text = fs.readFileSync(file).toString('latin1').toLowerCase();
        for (const word of words) {
            const at = text.indexOf(word.toLowerCase());
            if (at >= 0) found.push([name, word, text.slice(Math.max(0, at - 60), at + 60)]);
        }
    }
    return found;
}

/** Somebody says much about themselves. */
async function introduce(caller, name, word) {
    const { rev } = (await caller.get('/v1/me')).body.account;
    const answer = await caller.patch('/v1/me', { name, company_name: `${name} & Sons`, business_type: 'plumber',
        profile: { headline: `${word} headline`, about: `Call ${PHONE}`, specialities: [`${word} boilers`], areas: [`${word}shire`], qualifies: `What ${word} wants`, website: `https://${word}.example` } }, { rev });
    assert.equal(answer.status, 200, answer.text);
}

test('R2, R3: of whoever deleted their account no byte is left on the machines of others after their next sync', async () => {
    const zeb = net.zebulonq;
    await introduce(zeb, NAME, 'quartermaine');
    await send(zeb, net.ann, { comments: `Say hello from ${NAME}, ${PHONE}`, need: `A boiler, says ${NAME}` });
    await send(zeb, net.ann, { need: 'Roof' });
    const taken = await send(net.ann, zeb, { need: 'Tap' });
    await act(zeb, taken, 'confirm', { verdict: 'not_a_lead', message: `No. ${NAME}, ${PHONE}` });
    assert.equal((await zeb.post(`/v1/partners/${net.ann.account}/encourage`, { message: `Go on, says ${NAME}` })).status, 204);
    await run('sync');
    assert.match((await run('list')).stdout, /Quartermaine/);
    assert.ok(places('quartermaine', 'zebulonq@', '900987').length >= 3, 'they are there before');

    assert.equal((await zeb.write('DELETE', '/v1/me', { confirm: 'zebulonq@x.example', password: PASSWORD })).status, 204);
    await run('sync');
    const left = (await run('list')).stdout;
    assert.equal((await run('list', '--json')).json().items.length, 2, 'the leads stay');
    assert.doesNotMatch(left, /Quartermaine/);
    assert.deepEqual(places('zebulon', 'quartermaine', '900987'), []);
});

test('R23: of a former partner nothing is left but the name on leads', async () => {
    const yorick = net.yorickv;
    await introduce(yorick, 'Yorick Vanterpool', 'vanterpoolish');
    await send(yorick, net.ann, { need: 'Skull' });
    await run('sync');
    assert.ok(places('vanterpoolish').length > 0);
    assert.ok(places('yorickv@x.example').length > 0);
    assert.equal((await yorick.delete(`/v1/partners/${net.ann.account}`)).status, 204);
    await run('sync');
    assert.deepEqual(places('vanterpoolish', 'yorickv@x.example', '900987'), []);
    assert.match((await run('list')).stdout, /Yorick Vanterpool/, 'what they gave stays what it was');
    assert.deepEqual((await run('partners')).rows().filter((row) => row.join().includes('Yorick')), []);
});

test('R2, R3: a client that runs forgets while it runs', async () => {
    const xaver = net.xaverius;
    await introduce(xaver, 'Xaverius Wolkenstein', 'wolkensteiner');
    for (let i = 0; i < 3; i++) await send(xaver, net.ann, { need: `Xaverius Wolkenstein says ${i}` });
    const watch = spawn(program, ['watch'], { env: home.env, stdio: 'ignore' });
    const ended = new Promise((resolve) => watch.on('close', resolve));
    await waitFor(() => places('wolkenstein').length > 0, 20000, 'they are there');
    assert.equal((await xaver.write('DELETE', '/v1/me', { confirm: 'xaverius@x.example', password: PASSWORD })).status, 204);
    await waitFor(() => places('wolkenstein', 'xaverius').length === 0, 20000, 'nothing of them is left');
    assert.equal(watch.exitCode, null, 'it still runs');
    watch.kill('SIGTERM');
    assert.equal(await ended, 0);
});
