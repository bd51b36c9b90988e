// SPDX-License-Identifier: GPL-3.0-or-later
// Mail servers for the tests, on loopback, in a folder of their own; the system's configuration is neither read nor changed.
//
//   const mta = await Mta.start({ tls: {certificate, key}, login: 'NAME:PASSWORD' });      Exim, a real one
//   await mta.mails(2);      at least so many, as parse-mail.py understands them, oldest first
//   await mta.stop();
//
//   const fake = await FakeMta.start({ RCPT: '451 4.7.1 later' });     one that answers a command so; fake.sessions: what it was told
//
// Exim refuses some recipients by their name: nobody@ for good (550), later@ for now (451), full@ after the text (550).
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { waitFor } = require('./harness.js');

const exim = ['/usr/sbin/exim4', '/usr/sbin/exim'].find((name) => fs.existsSync(name));
const skip = !exim ? 'needs exim4' : spawnSync('python3', ['--version']).error ? 'needs python3' : false;

function freePort() {
    return new Promise((resolve) => {
        const probe = net.createServer().listen(0, '127.0.0.1', () => { const { port } = probe.address(); probe.close(() => resolve(port)); });
    });
}

/** Exim delivers as somebody who is not root. */
function owner() {
    const root = process.getuid() === 0;
    const of = (flag) => Number(spawnSync('id', [flag, ...(root ? ['Debian-exim'] : [])], { encoding: 'utf8' }).stdout);
    return { uid: of('-u'), gid: of('-g'), root };
}

function configuration(dir, port, { uid, gid, root }, { tls, login }) {
    const [name, password] = (login || ':').split(':');
    return `
exim_path = ${exim}
exim_user = ${uid}
exim_group = ${gid}
primary_hostname = mta.example
spool_directory = ${dir}/spool
log_file_path = ${dir}/log/%slog
pid_file_path = ${dir}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
tls_on_connect_ports = ${tls && tls.wrapped ? port : ''}
qualify_domain = mta.example
host_lookup =
rfc1413_hosts =
smtputf8_advertise_hosts =
smtp_accept_queue_per_connection = 0
acl_smtp_rcpt = rcpt
acl_smtp_data = data
${root ? '' : 'deliver_drop_privilege = true'}
${tls ? `tls_advertise_hosts = *\ntls_certificate = ${tls.certificate}\ntls_privatekey = ${tls.key}` : 'tls_advertise_hosts ='}

begin acl
rcpt:
  ${login ? 'require authenticated = *' : ''}
  deny local_parts = nobody
       message = 5.1.1 <$local_part@$domain> is not here
  defer local_parts = later
        message = 4.2.1 come back
  accept
data:
  deny condition = \${if match{$recipients}{^full@}}
       message = 5.2.2 the box is full
  accept

begin routers
all:
  driver = accept
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = ${dir}/inbox
  maildir_format
  envelope_to_add
  return_path_add
  user = ${uid}
  group = ${gid}

begin retry
* * F,1h,1m

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_advertise_condition = ${login ? 'yes' : 'no'}
  server_condition = \${if and{{eq{$auth2}{${name}}}{eq{$auth3}{${password}}}}}
  server_set_id = $auth2
`;
}

class Mta {
    static async start(options = {}) {
        const mta = new Mta();
        mta.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-mta-'));
        mta.port = await freePort();
        const who = owner();
        for (const name of ['', 'spool', 'log', 'inbox']) {
            fs.mkdirSync(path.join(mta.dir, name), { recursive: true });
            fs.chmodSync(path.join(mta.dir, name), 0o755);
            if (who.root && name) fs.chownSync(path.join(mta.dir, name), who.uid, who.gid);
        }
        mta.config = path.join(mta.dir, 'exim.conf');
        fs.writeFileSync(mta.config, configuration(mta.dir, mta.port, who, options), { mode: 0o644 });
        await mta.launch();
        return mta;
    }

    async launch() {
        this.log = '';
        this.child = spawn(exim, ['-C', this.config, '-bdf', '-q1h'], { stdio: ['ignore', 'pipe', 'pipe'] });
        process.on('exit', () => this.child.kill('SIGKILL'));
        for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => { this.log += text; });
        this.child.on('close', (code) => { this.exit = code; });
        await waitFor(async () => this.exit !== undefined || await answers(this.port), 20000, 'exim to listen');
        if (this.exit !== undefined) assert.fail(`exim ended: ${this.log}${this.logs()}`);
    }

    logs() {
        const dir = path.join(this.dir, 'log');
        return fs.readdirSync(dir).map((name) => fs.readFileSync(path.join(dir, name), 'utf8')).join('');
    }

    files() {
        const dir = path.join(this.dir, 'inbox', 'new');
        return fs.existsSync(dir) ? fs.readdirSync(dir).sort().map((name) => path.join(dir, name)) : [];
    }

    /** Waits for n mails; those that match(mail), when given. */
    async mails(n = 0, match = () => true) {
        let found = [];
        await waitFor(() => {
            const files = this.files();
            if (files.length < n) return false;
            const parsed = spawnSync('python3', [path.join(__dirname, 'parse-mail.py'), ...files], { encoding: 'utf8', maxBuffer: 1 << 26 });
            if (parsed.status !== 0) return false; // a file was moved meanwhile
            found = parsed.stdout.split('\n').filter((line) => line).map((line) => JSON.parse(line)).filter(match);
            return found.length >= n;
        }, 20000, `${n} mails`);
        return found;
    }

    async stop() {
        this.child.kill('SIGTERM');
        await waitFor(() => this.exit !== undefined, 10000, 'exim to end');
        fs.rmSync(this.dir, { recursive: true, force: true });
    }
}

function answers(port) {
    return new Promise((resolve) => {
        const socket = net.connect({ host: '127.0.0.1', port }, () => { socket.destroy(); resolve(true); });
        socket.on('error', () => resolve(false));
    });
}

/** Speaks just enough SMTP; answers[COMMAND] is a reply or a function(line) that may be slow or give nothing. */
class FakeMta {
    static async start(answers = {}) {
        const fake = new FakeMta();
        fake.answers = answers;
        fake.sessions = [];
        fake.sockets = new Set();
        fake.server = net.createServer((socket) => fake.serve(socket));
        await new Promise((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
        fake.port = fake.server.address().port;
        return fake;
    }

    serve(socket) {
        const session = { commands: [], texts: [] };
        let text = '', inText = false;
        this.sessions.push(session);
        this.sockets.add(socket);
        socket.on('close', () => this.sockets.delete(socket));
        socket.on('error', () => {});
        const reply = (command, usual, line) => {
            const answer = this.answers[command];
            const said = typeof answer === 'function' ? answer(line, socket) : answer;
            if (said !== null) socket.write(`${said === undefined ? usual : said}\r\n`);
        };
        reply('CONNECT', '220 fake.example ESMTP');
        socket.setEncoding('latin1');
        socket.on('data', (chunk) => {
            text += chunk;
            for (;;) {
                const end = inText ? '\r\n.\r\n' : '\r\n', at = text.indexOf(end);
                if (at < 0) return;
                const line = text.slice(0, at);
                text = text.slice(at + end.length);
                if (inText) {
                    inText = false;
                    session.texts.push(`${line}\r\n`);
                    reply('TEXT', '250 2.0.0 taken', line);
                    continue;
                }
                const command = line.split(/[ :]/)[0].toUpperCase();
                session.commands.push(line);
                inText = command === 'DATA' && this.answers.DATA === undefined;
                reply(command, command === 'DATA' ? '354 go on' : command === 'QUIT' ? '221 bye' : '250 ok', line);
            }
        });
    }

    texts() { return this.sessions.flatMap((session) => session.texts); }

    async stop() {
        for (const socket of this.sockets) socket.destroy();
        await new Promise((resolve) => this.server.close(resolve));
    }
}

module.exports = { FakeMta, Mta, freePort, skip };
