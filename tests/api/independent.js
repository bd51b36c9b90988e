// SPDX-License-Identifier: GPL-3.0-or-later
// Programs of others, from npm, that know nothing of us: those of npm/package.json, where ./bootstrap check has put them.
'use strict';
const path = require('node:path');
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');

/** The module, or null: it is not there, and the test is skipped. One that is there and does not load is an error. */
async function independent(t, name) {
    const built = process.env.top_builddir || path.join(__dirname, '..', '..', 'build-check');
    for (const folder of [path.join(built, 'tests', 'api', 'npm'), __dirname]) {
        let file;
        try {
            file = createRequire(path.join(folder, 'any.js')).resolve(name);
        } catch {
            continue;
        }
        return import(pathToFileURL(file));
    }
    t.skip(`npm package ${name} is not there`);
    return null;
}

module.exports = { independent };
