/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kinds of things of play.c are made of: play_others.c, play_groups.c, play_rooms.c. */
#pragma once

#include "tests/sim/play.h"

extern Dice play_dice; /* of the step */
extern unsigned play_words_typed;
extern Uuid play_touched; /* the lead that somebody did something to last */

/* A text nobody else types: mark, number, "~ word12". */
char *play_words(const char *mark, int number);
/* Tells what somebody did, and looks at their outbox. */
void play_told(User *user, const char *what, const Uuid *id, bool ok, const GError *error);
/* The same; what was taken must be in the outbox, whatever the disk is like. */
void play_acted(User *user, const char *what, const Uuid *id, bool ok, const GError *error);

/* ---- other members and operators (play_others.c) */

void play_member_sends(void);
void play_member_acts(void);
void play_member_notes(void);
void play_member_renames(void);
void play_partners_change(void);
void play_erase(void);
void play_end_session(void);
void play_lock_out(void);
void play_restart(void);
void play_snapshot(void);
void play_restore(void);
void play_sleep_long(void);
void play_observe(void);

/* ---- groups, at the three screens (play_groups.c) */

void play_rsvp(User *user);
void play_attend(User *user);
void play_slip(User *user);
void play_visitor(User *user);
void play_thanks(User *user);
void play_one_to_one(User *user);
void play_meeting_act(User *user);
void play_meeting_written(User *user);
void play_group_text(User *user);
void play_join(User *user);
void play_judge(User *user);
void play_leave(User *user);
void play_expel(User *user);
void play_role(User *user);
void play_vetting(User *user);
void play_concern(User *user);
void play_concern_judged(User *user);

/* ---- and elsewhere (play_rooms.c) */

void play_room_comes(void);
void play_room_asks(void);
void play_room_goes(void);
void play_room_role(void);
void play_room_handed_over(void);
void play_room_text(void);
void play_room_meeting(void);
void play_room_meeting_act(void);
void play_room_entry(void);
