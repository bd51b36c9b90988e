// SPDX-License-Identifier: GPL-3.0-or-later
// A real Secret Service for tests: gnome-keyring on a bus of its own, unlocked, with its files in a Home.
//
//   const ring = await Keyring.start(home);      null when it is not installed
//   await home.leadline([...], { env: ring.env });
//   ring.lock(); ring.pause(); ring.resume(); ring.stop();
'use strict';
const fs = require('node:fs');
const { spawn, spawnSync } = require('node:child_process');

// It starts nothing by itself, as a desktop's bus would.
const CONFIG = '<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth><policy context="default">' +
    '<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>';
const there = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

class Keyring {
    static async start(home) {
        if (!['dbus-daemon', 'gnome-keyring-daemon', 'gdbus'].every(there)) return null;
        const ring = new Keyring();
        const config = home.path('bus.conf');
        fs.writeFileSync(config, CONFIG);
        ring.bus = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--nopidfile', '--print-address'], { env: home.env, stdio: ['ignore', 'pipe', 'ignore'] });
        const address = await new Promise((resolve) => ring.bus.stdout.once('data', (bytes) => resolve(String(bytes).trim())));
        ring.env = { DBUS_SESSION_BUS_ADDRESS: address };
        ring.all = { ...home.env, ...ring.env };
        ring.daemon = spawn('gnome-keyring-daemon', ['--foreground', '--components=secrets', '--unlock'], { env: ring.all, stdio: ['pipe', 'ignore', 'ignore'] });
        ring.daemon.stdin.end('opener');
        while (!ring.call('ReadAlias', 'default').includes('login')) await new Promise((turn) => setImmediate(turn));
        process.on('exit', () => ring.stop());
        /* What a failed test left running does not keep its file from ending. */
        for (const child of [ring.bus, ring.daemon]) for (const one of [child, ...child.stdio]) one?.unref?.();
        return ring;
    }

    call(method, ...args) {
        return spawnSync('gdbus', ['call', '--session', '--dest=org.freedesktop.secrets', '--object-path=/org/freedesktop/secrets',
            `--method=org.freedesktop.Secret.Service.${method}`, ...args], { env: this.all, encoding: 'utf8', timeout: 20000 }).stdout;
    }

    /** How many items there are of Leadline. */
    items() { return (this.call('SearchItems', "{'xdg:schema': 'org.leadline.Tokens'}").match(/\/org\/freedesktop\/secrets\/collection\/\w+\/\w+/g) || []).length; }
    lock() { this.call('Lock', "[objectpath '/org/freedesktop/secrets/collection/login']"); }
    pause() { this.daemon.kill('SIGSTOP'); }
    resume() { this.daemon.kill('SIGCONT'); }
    stop() {
        this.resume();
        this.daemon.kill('SIGKILL');
        this.bus.kill('SIGKILL');
    }
}

module.exports = { Keyring };
