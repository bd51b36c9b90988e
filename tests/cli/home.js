// SPDX-License-Identifier: GPL-3.0-or-later
// A home of its own for the command line: runs `leadline` with private XDG directories against a real server.
//
//   const home = new Home();
//   const r = await home.leadline(['list', '--json'], { input, env, ms });   { code, signal, stdout, stderr, ms, json() }
//   home.remove();
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');

const builddir = process.env.top_builddir || path.join(__dirname, '..', '..', 'build');
const program = path.resolve(builddir, 'leadline');

/** The answer of one command. */
class Answer {
    constructor(fields) { Object.assign(this, fields); }
    /** Its whole output as one JSON document, by another parser than ours. */
    json() { return JSON.parse(this.stdout); }
    rows() { return this.stdout.split('\n').slice(0, -1).map((line) => line.split('\t')); }
    expect(code) {
        assert.equal(this.code, code, `exit ${this.code} ${this.signal || ''}\n${this.stdout}\n${this.stderr}`);
        return this;
    }
}

class Home {
    constructor() {
        this.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-cli-'));
        this.env = { ...process.env, HOME: this.dir, LC_ALL: 'C.UTF-8', TZ: 'UTC', TERM: 'xterm' };
        for (const name of ['CONFIG_HOME', 'DATA_HOME', 'CACHE_HOME', 'STATE_HOME', 'RUNTIME_DIR']) {
            this.env[`XDG_${name}`] = path.join(this.dir, name);
            fs.mkdirSync(this.env[`XDG_${name}`], { mode: 0o700 });
        }
        for (const name of ['LEADLINE_CONFIG', 'LEADLINE_PROFILE', 'LEADLINE_TOKEN', 'NO_COLOR', 'COLUMNS', 'VISUAL', 'EDITOR', 'DBUS_SESSION_BUS_ADDRESS']) {
            delete this.env[name];
        }
    }

    path(...parts) { return path.join(this.dir, ...parts); }

    /** Runs a program to its end; a command that outlives ms is a failure of its own. */
    run(file, args, { input = '', env = {}, ms = 60000 } = {}) {
        return new Promise((resolve, reject) => {
            const started = process.hrtime.bigint();
            const child = spawn(file, args, { env: { ...this.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
            const out = { stdout: '', stderr: '' };
            const timer = setTimeout(() => { child.kill('SIGKILL'); reject(new Error(`${args.join(' ')}: no end`)); }, ms);
            for (const name of ['stdout', 'stderr']) {
                child[name].setEncoding('utf8');
                child[name].on('data', (text) => { out[name] += text; });
            }
            child.stdin.on('error', () => {});
            child.stdin.end(input);
            child.on('error', reject);
            child.on('close', (code, signal) => {
                clearTimeout(timer);
                assert.doesNotMatch(out.stderr, /Sanitizer|runtime error|CRITICAL|WARNING \*\*/, out.stderr);
                resolve(new Answer({ code, signal, ...out, ms: Number(process.hrtime.bigint() - started) / 1e6 }));
            });
        });
    }

    leadline(args, options) { return this.run(program, args, options); }
    shell(line, options) {
        const env = { ...(options && options.env), PATH: `${path.dirname(program)}:${process.env.PATH}` };
        return this.run('/bin/bash', ['-c', line], { ...options, env });
    }

    async login(server, email, password, args = []) {
        return (await this.leadline(['--server', server, '--insecure-storage', 'auth', 'login', '--email', email, ...args],
            { input: `${password}\n` })).expect(0);
    }

    /** The screen, or a command, in a terminal of its own: { child, text, ended, end: Promise of the exit code }. */
    screen(args = []) {
        const line = `stty rows 30 cols 100; exec '${program}' ${args.join(' ')}`;
        const child = spawn('script', ['-qec', line, '/dev/null'], { env: this.env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
        const screen = { child, text: '', ended: false };
        child.stdout.on('data', (bytes) => { screen.text += bytes; });
        screen.end = new Promise((resolve, reject) => {
            const timer = setTimeout(() => { child.kill('SIGKILL'); reject(new Error(`no end of ${line}:\n${screen.text}`)); }, 60000);
            child.on('close', (code) => { clearTimeout(timer); screen.ended = true; resolve(code); });
        });
        return screen;
    }

    remove() { fs.rmSync(this.dir, { recursive: true, force: true }); }
}

function hasTerminal() {
    return spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
}

module.exports = { Home, hasTerminal, program };
