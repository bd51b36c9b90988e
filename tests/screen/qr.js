#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the QR code off a golden screen as a phone would see it, by zbarimg: qr.js SCREEN TEXT. The terminal's own colours
// are light on dark; --light is the other way round. Without zbarimg nothing is said.
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');

const args = process.argv.slice(2).filter((word) => word !== '--light');
const light = process.argv.includes('--light');
const [text, attributes] = fs.readFileSync(args[0], 'utf8').split('---- attributes\n');
const styles = new Map(attributes.split('\n').map((line) => line.match(/^(\d+): (.*)$/)).filter(Boolean).map((m) => [Number(m[1]), m[2].split(', ')]));
const own = light ? [0, 255] : [255, 0];
const shade = (words, which, own) => {
    const word = words.find((w) => w.startsWith(which) && /\d/.test(w));
    return word === undefined ? own : Number(word.slice(2)) === 16 || Number(word.slice(2)) === 0 ? 0 : 255;
};

/* The characters' and the background's shade of a cell. */
function colours(row, col) {
    const range = (styles.get(row) || []).find((one) => {
        const m = one.match(/^(\d+)(?:-(\d+))? /);
        return col >= Number(m[1]) && col <= Number(m[2] || m[1]);
    });
    const words = range ? range.split(' ').slice(1) : [];
    const pair = [shade(words, 'fg', own[0]), shade(words, 'bg', own[1])];
    return words.includes('reverse') ? pair.reverse() : pair;
}

const lines = text.split('\n').slice(0, -1), width = Number(args[0].match(/(\d+)x\d+\.txt$/)[1]);
const S = 4, rows = [];
lines.forEach((line, y) => {
    const chars = [...line], upper = [], lower = [];
    for (let x = 0; x < width; x++) {
        const [front, back] = colours(y + 1, x + 1);
        const [top, bottom] = { '█': [front, front], '▀': [front, back], '▄': [back, front] }[chars[x]] || [back, back];
        for (let i = 0; i < S; i++) { upper.push(top); lower.push(bottom); }
    }
    for (const row of [upper, lower]) for (let i = 0; i < S; i++) rows.push(...row);
});
const image = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-qr-')), 'screen.pgm');
fs.writeFileSync(image, Buffer.concat([Buffer.from(`P5\n${width * S} ${lines.length * 2 * S}\n255\n`), Buffer.from(rows)]));
const read = spawnSync('zbarimg', ['-q', '--raw', image], { encoding: 'utf8' });
fs.rmSync(path.dirname(image), { recursive: true });
if (read.error) process.exit(0);
if (read.stdout.trim() === args[1]) process.exit(0);
console.log(`zbarimg reads "${read.stdout.trim()}"`);
process.exit(1);
