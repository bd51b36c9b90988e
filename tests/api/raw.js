// SPDX-License-Identifier: GPL-3.0-or-later
// What lies in the files of a database, as bytes: what was deleted must not be in them.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { postgresql } = require('./harness.js');
const { literal, sql } = require('./network.js');

function psql(database, sql) {
    const done = spawnSync('psql', ['-qAt', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', sql], { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout.trim();
}

const nameOf = (server) => server.database.replace(/^.*\//, '');

/** All files of the server's database as one Buffer: of SQLite the file and its WAL, of PostgreSQL the folder of the database
 *  after a CHECKPOINT, and what pg_dump says. */
function rawDatabase(server) {
    if (!postgresql) {
        const file = server.database.replace(/^sqlite:/, '');
        return Buffer.concat(['', '-wal', '-journal'].map((tail) => file + tail).filter((name) => fs.existsSync(name)).map((name) => fs.readFileSync(name)));
    }
    const database = nameOf(server);
    psql(database, 'CHECKPOINT');
    const folder = path.join(psql(database, 'SHOW data_directory'), 'base', psql(database, 'SELECT oid FROM pg_database WHERE datname = current_database()'));
    const dump = spawnSync('pg_dump', ['-d', database], { encoding: 'buffer', maxBuffer: 1 << 28 });
    assert.equal(dump.status, 0, dump.stderr?.toString());
    return Buffer.concat([dump.stdout, ...fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name)))]);
}

/** The same after what the manual asks of a PostgreSQL administrator (leadlined.8); of SQLite as it is. The dump has to be clean before. */
function scrubbedDatabase(server) {
    if (!postgresql) return rawDatabase(server);
    const database = nameOf(server), dump = spawnSync('pg_dump', ['-d', database], { encoding: 'buffer', maxBuffer: 1 << 28 });
    assert.equal(dump.status, 0, dump.stderr?.toString());
    for (let i = 0; i < 2; i++) psql(database, 'VACUUM (FULL, ANALYZE)'); /* twice: statistics of columns have texts in them too */
    return Buffer.concat([dump.stdout, rawDatabase(server)]);
}

/** Mail that waits for an account, or for the address of somebody without one, oldest first: [{ type, link, ... }]. The server rests meanwhile. */
async function mailsTo(server, caller) {
    let rows;
    const whose = caller.account ? `account_id = ${literal(caller.account)}` : `account_id IS NULL AND email = '${caller}'`;
    await server.restart(() => {
        rows = sql(server.database, `SELECT type, value_texts FROM mail WHERE ${whose} AND value_texts IS NOT NULL ORDER BY created_at, id;`);
    });
    return rows.map(([type, values]) => ({ type, ...JSON.parse(values) }));
}

module.exports = { mailsTo, rawDatabase, scrubbedDatabase };
