// SPDX-License-Identifier: GPL-3.0-or-later
// The catalogue of problems against these tests: each code that can go over the wire is provoked by one of them.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const top = process.env.top_srcdir || path.join(__dirname, '..', '..');
const catalogue = [...fs.readFileSync(path.join(top, 'src', 'base', 'problem.h'), 'utf8').matchAll(/X\([A-Z_]+,\s*"([a-z-]+)",\s*(\d+)/g)]
    .map(([, code, status]) => ({ code, status: Number(status) })).filter(({ status }) => status !== 0);
const texts = fs.readdirSync(__dirname).filter((name) => name.endsWith('.test.js') && name !== 'problem.test.js')
    .map((name) => [name, fs.readFileSync(path.join(__dirname, name), 'utf8')]);

/** Files in which this answer is asserted: by assertProblem(), or as a status and a code in one line, or as OAuth words it. */
function provokers({ code, status }) {
    const asserted = new RegExp(`\\b${status}\\b.*['"/]${code}['"/]|['"/]${code}['"/].*\\b${status}\\b|assertOAuth\\(.*'${code.replaceAll('-', '_')}'`);
    return texts.filter(([, text]) => text.split('\n').some((line) => asserted.test(line))).map(([name]) => name);
}

test('the catalogue is read', () => {
    assert.ok(catalogue.length > 25);
    assert.ok(catalogue.some(({ code, status }) => code === 'precondition-required' && status === 428));
    assert.deepEqual(provokers({ code: 'no-such-code', status: 499 }), []);
});

for (const problem of catalogue) {
    test(`${problem.status} ${problem.code}`, (t) => {
        const files = provokers(problem);
        t.diagnostic(files.join(' ') || 'nowhere');
        assert.notEqual(files.length, 0, `no API test asserts ${problem.status} ${problem.code}: provoke it in the file of its family`);
    });
}
