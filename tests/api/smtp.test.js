// SPDX-License-Identifier: GPL-3.0-or-later
// Mail on its way: to a real mail server on loopback, read back and parsed by Python; and to servers that are slow, dead or refuse.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { test, before, after } = require('node:test');
const { Server, leadlined, postgresql, uuid, waitFor } = require('./harness.js');
const { FakeMta, Mta, freePort, skip } = require('./mta.js');
const { act, lead, literal, network, send, sql } = require('./network.js');

const PUBLIC = 'https://leadline.example';
const args = (port, ...more) => ['--public-url', PUBLIC, '--smtp-url', `smtp://127.0.0.1:${port}`, '--mail-from', 'Leadline <post@leadline.example>',
    ...(more.some((flag) => flag.startsWith('--smtp-tls')) ? [] : ['--smtp-tls=no']), ...more];

/** [{ id, type, state, error, to, attempts }] of a state, as the administrator sees them. */
function listed(database, state) {
    const done = leadlined(['mail', 'list', '--database', database, '--state', state]);
    assert.equal(done.code, 0, done.stderr);
    return done.stdout.split('\n').filter((line) => line).map((line) => {
        const [id, type, created, next, attempts, to, error] = line.split('\t');
        return { id, type, created, next, attempts: Number(attempts), to, error };
    });
}

const header = (mail, name) => mail.headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
const about = (id) => (mail) => mail.body.includes(id);

test('through a real mail server', { skip }, async (t) => {
    const mta = await Mta.start();
    const net = await network(['ann', 'ben', 'later', 'nobody', 'full'], { args: args(mta.port) });
    const { ann, ben, api } = net;
    t.after(async () => { await net.stop(); await mta.stop(); });

    await t.test('R38: the recipient of a lead is told to pick it up, by a mail that any program understands', async () => {
        const sent = await send(ann, ben);
        const [mail] = await mta.mails(1, about(sent.id));
        assert.equal(mail.subject, 'ann has passed you a lead');
        assert.deepEqual(mail.from, [['Leadline', 'post@leadline.example']]);
        assert.deepEqual(mail.to, [['ben', 'ben@x.example']]);
        assert.deepEqual(header(mail, 'Envelope-to'), ['ben@x.example']);
        assert.deepEqual(header(mail, 'Return-path'), ['<post@leadline.example>']);
        assert.match(header(mail, 'Message-ID')[0], /^<[0-9a-f-]{36}@leadline\.example>$/);
        assert.deepEqual(header(mail, 'Auto-Submitted'), ['auto-generated']);
        assert.ok(Math.abs(Date.parse(mail.date) - Date.now()) < 60000, mail.date);
        assert.deepEqual([mail.type, mail.charset, mail.flowed, mail.defects], ['text/plain', 'utf-8', null, []]);
        assert.match(mail.body, new RegExp(`^    leadline show ${sent.id}$`, 'm'));
        assert.doesNotMatch(mail.raw, /Priya|Bright|01632/, 'nobody to be contacted is named in it');
        assert.deepEqual(header(mail, 'List-Unsubscribe'), [], 'it is mandatory');
        assert.ok(mail.body.split('\n').every((line) => line.length <= 78));
    });

    await t.test('a mail is in the language of its recipient, or of its sender when they have no account', async () => {
        const speak = async (who, language) => {
            const { rev } = (await who.get('/v1/me')).body.account;
            assert.equal((await who.patch('/v1/me', { language }, { rev })).status, 200);
        };
        await speak(ben, 'de');
        const sent = await send(ann, ben);
        const [mail] = await mta.mails(1, about(sent.id));
        assert.equal(mail.subject, 'ann hat Ihnen einen Lead weitergegeben');
        assert.match(mail.body, /zugestimmt hat, dass Sie sich\s+melden/);
        assert.match(mail.body, /Nachrichten dieser Art\s+gehören zu Ihrem Konto/);
        assert.deepEqual([mail.charset, mail.defects], ['utf-8', []]);
        await act(ben, sent, 'confirm', { verdict: 'lead' });
        assert.equal((await mta.mails(1, (one) => about(sent.id)(one) && /it is a lead/.test(one.subject)))[0].to[0][0], 'ann');
        const out = await send(ben, ann, { to: { outside: { name: 'Ola', email: 'ola@x.example' } } });
        const [other] = await mta.mails(1, (one) => one.subject === 'ben hat jemanden für Sie');
        assert.deepEqual(other.to, [['Ola', 'ola@x.example']], out.id);
        await speak(ben, 'en');
    });

    await t.test('R41: the reason why it is not a lead, and the message, reach the sender', async () => {
        const sent = await send(ann, ben);
        await act(ben, sent, 'confirm', { verdict: 'not_a_lead', reason_code: 'no_need', message: 'They bought a new one in May – “no need”.\n\nFrom here on\n.\n..dots\nTo: x' });
        const [mail] = await mta.mails(1, (one) => about(sent.id)(one) && /not a lead/.test(one.subject));
        assert.deepEqual(mail.to, [['ann', 'ann@x.example']]);
        assert.match(mail.body, /The reason: the person has no need of it\./);
        assert.match(mail.body, /^> They bought a new one in May – “no need”\.\n>\n> From here on\n> \.\n> \.\.dots\n> To: x$/m);
        assert.match(mail.body, /Priya Bright/);
        assert.equal(mail.encoding, 'quoted-printable');
    });

    await t.test("no subject has a lead's personal data in it", async () => {
        const id = (await send(ann, ben, { contact: { first_name: 'Xerxes', last_name: 'Quillfeather', email: 'xq@q.example', phone_1: '01632 960999', company_name: 'Quill Ltd' } })).id;
        for (const [verb, body] of [['confirm', { verdict: 'lead', message: 'Xerxes called' }], ['outcome', { outcome: 'working' }], ['outcome', { outcome: 'won' }], ['outcome', { outcome: 'lost' }], ['outcome', { outcome: 'dormant' }]])
            await act(ben, { id }, verb, body);
        const mails = await mta.mails(6, about(id));
        for (const mail of mails) assert.doesNotMatch(mail.subject + JSON.stringify(mail.to), /Xerxes|Quill|960999|xq@/, mail.subject);
        assert.ok(mails.some((mail) => /Xerxes Quillfeather/.test(mail.body)));
    });

    await t.test('names of any script, quotes, commas and commands stay what they are: no header comes of them', async () => {
        const names = ['Zoë "the Boss" Łukasiewicz, Ltd <evil@z.example>', '王小明', 'a'.repeat(119), '王'.repeat(100), 'Łódź '.repeat(23).trim(), '=?utf-8?q?encoded?=', `x\r\nBcc: evil@z.example\r\n\r\nhello`, 'tab\tand \u202e bidi', 'Ann; group:a@b.example;'];
        for (const [i, name] of names.entries()) {
            await api.restart(() => sql(api.database, `UPDATE account SET name = ${postgresql ? 'E' : ''}'${postgresql ? name.replace(/\\/g, '\\\\').replace(/'/g, "''") : name.replace(/'/g, "''")}', rev = rev + 1 WHERE id = ${literal(ann.account)};`));
            const sent = await send(ann, ben);
            await act(ben, sent, 'confirm', { verdict: 'lead' });
            const mails = await mta.mails(2, about(sent.id));
            const clean = name.replace(/[\r\n\t]+/g, ' ').replace(/\u202e/g, '').replace(/ +/g, ' ');
            const packed = (text) => text.replace(/ /g, ''); // Python puts blanks between encoded words, which RFC 2047 §6.2 ignores
            const cut = (text) => text.replace(/a{119}/, `${'a'.repeat(39)}…`).replace(/王{100}/, `${'王'.repeat(19)}…`);
            const toAnn = mails.find((mail) => /it is a lead/.test(mail.subject)), toBen = mails.find((mail) => /has passed you/.test(mail.subject));
            assert.deepEqual([toAnn.to.length, toAnn.to[0][1]], [1, 'ann@x.example'], name);
            if (i !== 6) assert.equal(packed(toAnn.to[0][0]), packed(cut(clean)), 'a word that no line could hold is cut');
            assert.equal(header(toAnn, 'Bcc').length + header(toBen, 'Bcc').length, 0);
            assert.deepEqual(header(toAnn, 'Envelope-to'), ['ann@x.example']);
            if (i !== 6) assert.equal(toBen.subject.replace(/ +/g, ' '), cut(`${clean} has passed you a lead`));
            for (const mail of mails) {
                const head = mail.raw.slice(0, mail.raw.indexOf('\n\n'));
                assert.ok(/^[\x20-\x7e\t\n]*$/.test(head), 'headers are ASCII');
                assert.deepEqual(mail.defects, []);
                for (const line of head.split('\n')) assert.ok(line.length <= 78 || /^Received/.test(line) || !/ ./.test(line.trim()), line);
            }
        }
        await api.restart(() => sql(api.database, `UPDATE account SET name = 'ann' WHERE id = ${literal(ann.account)};`));
    });

    await t.test('R4: a mail program ends a type of mail by one click, without a log-in; the link alone changes nothing', async () => {
        const sent = await send(ann, ben);
        await act(ben, sent, 'confirm', { verdict: 'lead' });
        await act(ben, sent, 'outcome', { outcome: 'working' });
        const [mail] = await mta.mails(1, (one) => about(sent.id)(one) && /is working/.test(one.subject));
        const link = /^<(https:\/\/leadline\.example(\/unsubscribe\?token=[\w-]{43}))>$/.exec(header(mail, 'List-Unsubscribe')[0]);
        assert.ok(link, header(mail, 'List-Unsubscribe')[0]);
        assert.deepEqual(header(mail, 'List-Unsubscribe-Post'), ['List-Unsubscribe=One-Click']);
        assert.ok(mail.body.includes(`\n    ${link[1]}\n`), 'people find it too');
        const page = await api.get(link[2]);
        assert.equal(page.status, 200);
        assert.match(page.text, /What became of a lead that you gave/);
        const isOn = async () => (await ann.get('/v1/me/email-settings')).body.settings.find((setting) => setting.type === 'outcome').on;
        assert.ok(await isOn(), 'looking at it changed nothing');
        const click = await api.request('POST', link[2], 'List-Unsubscribe=One-Click', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
        assert.equal(click.status, 200, click.text);
        assert.ok(!await isOn());
        const multipart = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n';
        assert.equal((await api.request('POST', link[2], multipart, { headers: { 'Content-Type': 'multipart/form-data; boundary=x' } })).status, 200, 'again, as the standard allows it');
        await act(ben, sent, 'outcome', { outcome: 'won' });
        await act(ben, await send(ann, ben), 'confirm', { verdict: 'lead' });
        for (const wrong of ['/unsubscribe', '/unsubscribe?token=', `/unsubscribe?token=${'A'.repeat(43)}`])
            for (const method of ['GET', 'POST']) assert.equal((await api.request(method, wrong)).status, 404, wrong);
        assert.equal((await mta.mails(0, (one) => about(sent.id)(one) && /has won/.test(one.subject))).length, 0);
        assert.doesNotMatch(api.log, new RegExp(link[2].slice(-43)), 'the secret is in no log');
        const setting = (await ann.get('/v1/me/email-settings')).body.settings.find((one) => one.type === 'verdict');
        assert.ok(setting.on);
    });

    await t.test('what is refused for good is dead, and shown to the administrator; what is not taken now is tried again', async () => {
        for (const name of ['nobody', 'later', 'full']) await send(ann, net[name]);
        await waitFor(() => listed(api.database, 'dead').length === 2 && listed(api.database, 'failed').length === 1, 10000, 'the refusals');
        const dead = listed(api.database, 'dead');
        const figures = (await api.get('/metrics')).text;
        assert.match(figures, /^leadline_mail_dead 2$/m);
        assert.match(figures, /^leadline_mail_waiting 1$/m);
        assert.deepEqual(dead.map((row) => row.to).sort(), ['full@x.example', 'nobody@x.example']);
        assert.match(dead.find((row) => row.to.startsWith('nobody')).error, /^550 5\.1\.1 <RECIPIENT> is not here/);
        assert.match(dead.find((row) => row.to.startsWith('full')).error, /^550 5\.2\.2/);
        const [failed] = listed(api.database, 'failed');
        assert.match(failed.error, /^451 4\.2\.1 come back/);
        assert.equal(failed.attempts, 1);
        assert.equal(Date.parse(failed.next) - Date.parse(failed.created) >= 60000, true);
        assert.doesNotMatch(api.log, /@x\.example|Priya/, 'no personal data in the log');

        const admin = await api.user('root@x.example', { admin: true });
        const seen = (await admin.get('/v1/admin/mail')).body.items;
        assert.deepEqual(seen.map((item) => [item.type, item.state, item.attempts]), [['lead-received', 'dead', 1], ['lead-received', 'dead', 1]]);
        assert.deepEqual((await admin.get('/v1/admin/mail?state=failed')).body.items.map((item) => item.id), [failed.id]);
        assert.equal((await admin.get('/v1/admin/mail?state=x')).status, 422);
        assert.equal((await ann.get('/v1/admin/mail')).status, 403);
        assert.equal((await ann.post(`/v1/admin/mail/${failed.id}/retry`)).status, 403);
        assert.equal((await admin.post(`/v1/admin/mail/${uuid()}/retry`)).status, 404);

        await api.restart(() => sql(api.database, `UPDATE account SET email = 'found@x.example', email_key = 'found@x.example' WHERE id = ${literal(net.nobody.account)};`));
        const nobody = dead.find((row) => row.to.startsWith('nobody'));
        assert.equal((await admin.post(`/v1/admin/mail/${nobody.id}/retry`)).status, 204);
        const [mail] = await mta.mails(1, (one) => one.to[0]?.[1] === 'found@x.example');
        assert.match(header(mail, 'Message-ID')[0], new RegExp(nobody.id), 'it is the same mail');
        assert.equal(leadlined(['mail', 'retry', '--database', api.database, 'all']).stdout, '2\n');
        assert.equal(leadlined(['mail', 'retry', '--database', api.database, uuid()]).code, 65);
        assert.equal(leadlined(['mail', 'retry', '--database', api.database]).code, 64);
    });

    await t.test('of what was sent neither values nor an outsider stay', async () => {
        await waitFor(() => listed(api.database, 'queued').length === 0);
        let rows;
        await api.restart(() => { rows = sql(api.database, 'SELECT COUNT(*), COUNT(value_texts), COUNT(email), COUNT(name) FROM mail WHERE state = 2;'); });
        assert.ok(Number(rows[0][0]) > 10);
        assert.deepEqual(rows[0].slice(1), ['0', '0', '0']);
    });
});

test('an invitation to somebody without an account: they can stop all such mail to their address', { skip }, async (t) => {
    const fake = await FakeMta.start();
    const net = await network(['ann'], { args: args(fake.port) });
    t.after(async () => { await net.stop(); await fake.stop(); });
    const invite = (key) => net.api.restart(() => sql(net.api.database,
        `INSERT INTO mail (id, type, key, email, name, language, value_texts, state, attempts, created_at, next_at) VALUES (${literal(uuid())}, 'invitation', '${key}',
         'Zoe@Z.example', 'Zoë', 'en', '{"from":"ann","link":"https://leadline.example/i"}', 1, 0, ${Date.now()}, 0);`));
    await invite('1');
    await waitFor(() => fake.texts().length === 1);
    const token = /^List-Unsubscribe: <https:\/\/leadline\.example(\/unsubscribe\?token=[\w-]+)>/m.exec(fake.texts()[0].replace(/\r\n[ \t]/g, ' '));
    assert.ok(token, fake.texts()[0]);
    assert.match((await net.api.get(token[1])).text, /Members of Leadline can write to you/);
    assert.equal((await net.api.request('POST', token[1], 'List-Unsubscribe=One-Click', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })).status, 200);
    let stopped;
    await net.api.restart(() => { stopped = sql(net.api.database, 'SELECT COUNT(*) FROM mail_stop;'); });
    assert.equal(stopped[0][0], '1');
});

/** A certificate for 127.0.0.1 that signs itself. */
function certificate(dir) {
    const files = { certificate: path.join(dir, 'cert.pem'), key: path.join(dir, 'key.pem') };
    const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', files.key, '-out', files.certificate,
        '-days', '2', '-subj', '/CN=mta.example', '-addext', 'subjectAltName=IP:127.0.0.1'], { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
    for (const file of Object.values(files)) fs.chmodSync(file, 0o644);
    return files;
}

test('STARTTLS, TLS and a log-in with a real mail server; none of it half', { skip }, async (t) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-smtp-'));
    fs.chmodSync(dir, 0o755);
    const tls = certificate(dir), password = path.join(dir, 'password');
    fs.writeFileSync(password, 's3cret\nnot this\n');
    t.after(() => fs.rmSync(dir, { recursive: true, force: true }));

    const once = async (mtaOptions, flags, scheme = 'smtp') => {
        const mta = mtaOptions ? await Mta.start(mtaOptions) : await FakeMta.start();
        const net = await network(['ann', 'ben'], { args: args(mta.port, ...flags).map((flag) => flag.replace('smtp://', `${scheme}://`)) });
        const sent = await send(net.ann, net.ben);
        return { mta, net, sent, stop: async () => { await net.stop(); await mta.stop(); } };
    };
    const login = ['--smtp-user', 'leadline', '--smtp-password-file', password], ca = ['--smtp-ca-file', tls.certificate];

    await t.test('STARTTLS and a password', async () => {
        const run = await once({ tls, login: 'leadline:s3cret' }, ['--smtp-tls=yes', ...ca, ...login]);
        const [mail] = await run.mta.mails(1, about(run.sent.id));
        assert.match(header(mail, 'Received').join(), /with esmtpsa/);
        await run.stop();
    });
    await t.test('TLS from the first byte', async () => {
        const run = await once({ tls: { ...tls, wrapped: true }, login: 'leadline:s3cret' }, ['--smtp-tls=yes', ...ca, ...login], 'smtps');
        const [mail] = await run.mta.mails(1, about(run.sent.id));
        assert.match(header(mail, 'Received').join(), /with esmtpsa/);
        await run.stop();
    });
    for (const [what, options, flags] of [
        ['a certificate that nobody trusts', { tls }, ['--smtp-tls=yes']],
        ['no STARTTLS where it has to be', {}, ['--smtp-tls=yes']],
        ['a wrong password', { tls, login: 'leadline:other' }, ['--smtp-tls=yes', ...ca, ...login]],
    ])
        await t.test(`no mail goes out with ${what}, and it is tried again`, async () => {
            const run = await once(options, flags);
            const failed = await waitFor(() => listed(run.net.api.database, 'failed')[0], 10000, 'a failure');
            assert.equal(failed.type, 'lead-received');
            assert.equal(run.mta.files().length, 0);
            assert.doesNotMatch(run.mta.logs() + run.net.api.log + failed.error, /s3cret/);
            await run.stop();
        });
});

test('a mail server that stays silent holds up neither the API nor the end of the server', async (t) => {
    const fake = await FakeMta.start({ TEXT: () => null });
    const net = await network(['ann', 'ben'], { args: args(fake.port, '--smtp-seconds', '600') });
    t.after(async () => { await fake.stop(); });
    await send(net.ann, net.ben);
    await waitFor(() => fake.texts().length === 1);
    const sent = await send(net.ben, net.ann);
    assert.equal((await net.ann.get(`/v1/referrals/${sent.id}`)).status, 200);
    await net.stop(); // fails when it takes too long
});

test('a mail server that takes too long is left, and the mail tried again later', async (t) => {
    const fake = await FakeMta.start({ RCPT: () => null });
    const net = await network(['ann', 'ben'], { args: args(fake.port, '--smtp-seconds', '1') });
    t.after(async () => { await net.stop(); await fake.stop(); });
    await send(net.ann, net.ben);
    const failed = await waitFor(() => listed(net.api.database, 'failed')[0], 15000, 'a failure');
    assert.match(failed.error, /imeout/);
});

test('a mail server that is away gets the mail when it is back, and one attempt is told from the next', async (t) => {
    const port = await freePort();
    const net = await network(['ann', 'ben', 'cy'], { args: args(port) });
    t.after(() => net.stop());
    await send(net.ann, net.ben);
    await send(net.ann, net.cy);
    await waitFor(() => listed(net.api.database, 'failed').length === 2, 20000, 'two failures');
    assert.ok(listed(net.api.database, 'failed').every((row) => row.attempts === 1 && /onnect/.test(row.error)));
});

test('4xx is tried again after 1 m, 5 m, 30 m, 2 h, 6 h and 24 h, then it is dead', async (t) => {
    const fake = await FakeMta.start({ RCPT: '450 4.2.0 not now' });
    let now = Date.parse('2026-11-24T08:00:00Z');
    const at = () => ({ LEADLINE_NOW: new Date(now).toISOString() });
    const net = await network(['ann', 'ben'], { args: args(fake.port), env: at() });
    t.after(async () => { await net.stop(); await fake.stop(); });
    await send(net.ann, net.ben);
    const minutes = [];
    for (let attempt = 1; attempt <= 7; attempt++) {
        await waitFor(() => fake.sessions.filter((session) => session.commands.some((line) => /^RCPT/.test(line))).length === attempt, 10000, `attempt ${attempt}`);
        await net.api.restart(() => {
            const [row] = [...listed(net.api.database, 'failed'), ...listed(net.api.database, 'dead')];
            assert.equal(row.attempts, attempt);
            if (row.next === '-') return;
            minutes.push((Date.parse(row.next) - now) / 60000);
            now = Date.parse(row.next);
            net.api.options.env = at();
        });
    }
    assert.deepEqual(minutes, [1, 5, 30, 120, 360, 1440]);
    assert.equal(listed(net.api.database, 'dead').length, 1);
    assert.equal(fake.sessions.length >= 7, true);
});

test('a server that dies while it sends leaves nothing behind: the mail comes again, and is known to be the same', async (t) => {
    let silent = true;
    const fake = await FakeMta.start({ TEXT: () => (silent ? null : undefined) });
    const net = await network(['ann', 'ben'], { args: args(fake.port), env: { LEADLINE_NOW: '2026-11-24T08:00:00Z' } });
    t.after(async () => { await net.stop(); await fake.stop(); });
    await send(net.ann, net.ben);
    await waitFor(() => fake.texts().length === 1);
    await net.api.kill();
    silent = false;
    net.api.options.env = { LEADLINE_NOW: '2026-11-24T08:00:30Z' };
    await net.api.launch();
    const sent = await send(net.ben, net.ann);
    await waitFor(() => fake.texts().some((text) => text.includes(sent.id)));
    assert.equal(fake.texts().length, 2, 'it is still claimed by whoever died');
    net.api.options.env = { LEADLINE_NOW: '2026-11-24T08:10:00Z' };
    await net.api.restart();
    await waitFor(() => fake.texts().length === 3);
    const id = (text) => /^Message-ID: (.*)$/mi.exec(text)[1], [first, , again] = fake.texts();
    assert.equal(id(again), id(first));
    assert.equal(again, first, 'byte for byte');
});

test('several servers on one database send each mail once', { skip: !postgresql && 'one server serves a file' }, async (t) => {
    const fake = await FakeMta.start();
    const net = await network(['ann', 'ben'], { args: args(fake.port) });
    const others = [await Server.start({ database: net.api.database, args: args(fake.port) }), await Server.start({ database: net.api.database, args: args(fake.port) })];
    t.after(async () => { for (const other of others) await other.stop(); await net.stop(); await fake.stop(); });
    const n = 60;
    await Promise.all(Array.from({ length: n }, () => send(net.ann, net.ben)));
    await waitFor(() => listed(net.api.database, 'queued').length === 0 && fake.texts().length >= n, 30000, 'all mail');
    const ids = fake.texts().map((text) => /^Message-ID: (.*)$/mi.exec(text)[1]);
    assert.equal(ids.length, n);
    assert.equal(new Set(ids).size, n);
    assert.ok(fake.sessions.filter((session) => session.texts.length).length >= 2, 'more than one of them sent');
});

test('without a mail server mail waits, and both the log and the check say so; what waited too long is not sent', async (t) => {
    const net = await network(['ann', 'ben'], { env: { LEADLINE_NOW: '2026-11-10T08:00:00Z' } });
    const fake = await FakeMta.start();
    t.after(async () => { await net.stop(); await fake.stop(); });
    const old = await send(net.ann, net.ben);
    assert.match(net.api.log, /smtp_url/);
    const check = leadlined(['check', '--database', net.api.database]);
    assert.equal(check.code, 0);
    assert.match(check.stdout, /1 mail waits: there is no smtp_url/);
    net.api.options.env = { LEADLINE_NOW: '2026-11-24T08:00:00Z' };
    net.api.options.args = args(fake.port);
    await net.api.restart();
    await net.login();
    const fresh = await send(net.ann, net.ben);
    await waitFor(() => fake.texts().length === 1);
    assert.ok(fake.texts()[0].includes(fresh.id) && !fake.texts()[0].includes(old.id));
    await waitFor(() => /too old/.test(listed(net.api.database, 'dead')[0]?.error));
});

test('keys of the configuration that belong together', () => {
    const run = (...flags) => leadlined(['--database', 'sqlite::memory:', '--listen', 'unix:/nonexistent/x', ...flags]);
    for (const [flags, word] of [
        [['--smtp-url', 'smtp://h:25'], /mail_from/],
        [['--smtp-url', 'smtp://h:25', '--mail-from', 'a@b.example'], /public_url/],
        [['--smtp-url', 'smtp://h:25', '--mail-from', 'a@b.example', '--public-url', PUBLIC, '--smtp-password-file', '/x'], /smtp_user/],
        [['--smtp-url', 'smtp://h:25', '--mail-from', 'a@b.example', '--public-url', PUBLIC, '--smtp-user', 'u', '--smtp-tls=no'], /in the clear/],
    ]) {
        const done = run(...flags);
        assert.equal(done.code, 78, done.stderr);
        assert.match(done.stderr, word);
    }
    for (const flags of [['--smtp-url', 'http://h'], ['--smtp-url', 'smtp://u:p@h'], ['--smtp-url', 'smtp://h/x'], ['--mail-from', 'x'], ['--mail-from', 'a@b.example\r\nBcc: c@d.example'], ['--mail-from', 'A <a@b.example> b'], ['--smtp-seconds', '0']])
        assert.equal(run(...flags).code, 64, flags.join(' '));
});
