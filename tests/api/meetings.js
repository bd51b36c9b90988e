// SPDX-License-Identifier: GPL-3.0-or-later
// Meetings of groups for the API tests.
//
//   const club = await group(ann, thursdays());            an active group that meets on Thursdays at seven in London
//   const [next] = await meetings(ann, club);              its meetings from now on, by time
//   await enter(ann, next, 'attendance', ben.account, { code: 'P' });
'use strict';
const crypto = require('node:crypto');
const { uuid } = require('./harness.js');
const { must } = require('./groups.js');
const { collect } = require('./network.js');

const thursdays = (extra = {}) => ({ cadence: 'weekly', weekday: 4, start_minute: 420, duration: 90, time_zone: 'Europe/London', place: 'The Mill', ...extra });
const meetings = (who, club, query = '') => collect(who, `/v1/groups/${club.id}/meetings${query}`);
const at = (one) => `/v1/groups/${one.group}/meetings/${one.id}`;
const act = (who, one, verb, body = {}) => who.post(`${at(one)}/${verb}`, body);
const enter = (who, one, kind, id, body) => who.put(`/v1/meetings/${one.id}/${kind}/${id}`, body, { create: false });
const entries = async (who, one) => must(who.get(`/v1/meetings/${one.id}/entries`));

/** A meeting beside the schedule, open unless told otherwise. */
async function meeting(who, club, { verbs = ['open'], ...body } = {}) {
    const one = await must(who.put(`/v1/groups/${club.id}/meetings/${uuid()}`, { starts_at: '2026-11-26T07:00:00.000Z', ...body }));
    for (const verb of verbs) await must(act(who, one, verb, { reason: 'x' }));
    return must(who.get(at(one)));
}

/** The id of the one-to-one of two accounts on a day. */
function pairId(a, b, day) {
    const bytes = [a, b].sort().map((id) => Buffer.from(id.replaceAll('-', ''), 'hex'));
    const digest = crypto.createHash('sha256').update(bytes[0]).update(bytes[1]).update(day).digest().subarray(0, 16);
    digest[6] = 0x80 | (digest[6] & 0x0f);
    digest[8] = 0x80 | (digest[8] & 0x3f);
    return digest.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}
const metOn = (who, other, club, day, extra = {}) => who.put(`/v1/one-to-ones/${pairId(who.account || uuid(), other.account, day)}`, { group: club.id, with: other.account, met_on: day, ...extra }, { create: false });

module.exports = { act, at, enter, entries, meeting, meetings, metOn, pairId, thursdays };
