// SPDX-License-Identifier: GPL-3.0-or-later
// Meetings of groups for the API tests.
//
//   const club = await group(ann, thursdays());            an active group that meets on Thursdays at seven in London
//   const [next] = await meetings(ann, club);              its meetings from now on, by time
//   await enter(ann, next, 'attendance', ben.account, { code: 'P' });
'use strict';
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

module.exports = { act, at, enter, entries, meeting, meetings, thursdays };
