/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Leads groups: those this user is in, finding one, being let in, and what officers decide. Like all of client.h: reading is from
 * the cache, with what is in the outbox done to it by the model's functions; an action is an outbox row first, works offline, and
 * is held for undo. The server judges each: what it would say can be known here only in part. Groups that one is not in are
 * asked of the server (client/server_list.h).
 */
#pragma once

#include "client/client.h"
#include "client/server_list.h"
#include "model/group.h"
#include "model/vetting.h"

typedef struct GroupRow {
    Group group;    /* strings as sent: clean them before drawing */
    gint64 waiting; /* open requests that this user can decide about */
    bool pending;   /* something of it is in the outbox */
    bool leaving;   /* that is: leaving it */
} GroupRow;
void group_row_free(GroupRow *row);

/* GroupRow *, by name: those this user is in, and those they are just starting. Free with g_ptr_array_unref. */
GPtrArray *client_groups(Client *client, GError **error);
/* NOT_FOUND. Caller frees. */
GroupRow *client_group(Client *client, const Uuid *id, GError **error);
/* The one of them that a person means: words of its name, an id or the beginning of that. NOT_FOUND, or BAD_INPUT when several
 * fit, both with names. Caller frees. */
GroupRow *client_find_group(Client *client, const char *text, GError **error);

typedef struct RequestRow {
    MembershipRequest request; /* strings as sent: clean them before drawing */
    bool mine;                 /* this user's own */
    bool open;                 /* it can still be decided */
    bool pending;              /* something of it is in the outbox */
} RequestRow;
void request_row_free(RequestRow *row);

/* RequestRow *, of a group (NULL: all), first those to decide, the oldest on top, then one's own, then what is over, newest
 * first. Free with g_ptr_array_unref. */
GPtrArray *client_requests(Client *client, const Uuid *group, bool only_open, GError **error);
/* The own ones alone. */
GPtrArray *client_own_requests(Client *client, GError **error);
/* NOT_FOUND. Caller frees. */
RequestRow *client_request(Client *client, const Uuid *id, GError **error);
/* The one a person means: an id, the beginning of one, or words of the applicant's name. Those that are over count only
 * when none is open. NOT_FOUND, BAD_INPUT. Caller frees. */
RequestRow *client_find_request(Client *client, const char *text, GError **error);
/* Open ones that this user can decide about, over all groups. */
bool client_requests_waiting(Client *client, gint64 *n, GError **error);

typedef struct MemberRow {
    Member member; /* strings as sent: clean them before drawing */
    bool pending;  /* something of it is in the outbox */
    bool leaving;  /* that is: they are to be members no more */
    bool concern;  /* or: a concern about them */
} MemberRow;
void member_row_free(MemberRow *row);

/* MemberRow *, by name, at most max after (or before) a row; text: beginnings of words, NULL all. As cache_members(). */
GPtrArray *client_members(Client *client, const Uuid *group, const char *text,
                          const MemberRow *from, bool forward, unsigned max, GError **error);

/* Trades that a group of this user looks for and no member has (R123), NULL-terminated, as stored; what is in the outbox done to the
 * members. Free with g_strfreev. */
char **client_open_trades(Client *client, const Group *group, GError **error);

/* ---- actions; errors as of all in client.h */

/* Asks to be let into a group, of which no more than id and name is needed. */
bool client_join(Client *client, const Group *group, const NewMembershipRequest *input, Uuid *id,
                 GError **error);
/* All of them or none, one undo unit: approve, decline, ask (officers), reply, withdraw (one's own). message may be NULL where
 * none is needed. */
bool client_judge(Client *client, const Uuid *requests, size_t n, RequestEvent event,
                  const char *message, GError **error);

/* A draft, and (open) opened to others at once: then people find it. */
bool client_start_group(Client *client, const GroupInput *input, bool open, Uuid *id,
                        GError **error);
/* Merged with what others change. */
bool client_change_group(Client *client, const Uuid *id, const GroupInput *input, GError **error);
/* A draft becomes a group that is found. */
bool client_open_group(Client *client, const Uuid *id, GError **error);
/* All group partners by it vanish, both ways (R18). LAST_LEADER while nobody else leads it (D12). */
bool client_leave_group(Client *client, const Uuid *id, GError **error);
bool client_remove_member(Client *client, const Member *member, const char *reason, GError **error);
bool client_change_role(Client *client, const Member *member, const RoleChange *change,
                        GError **error);
/* R62: acting for more than one group. */
bool client_ask_to_lead(Client *client, const Group *group, const char *note, Uuid *id,
                        GError **error);

/* What this user asked last for a group (R62), with what is in the outbox. NOT_FOUND: nothing. Caller clears by
 * leader_approval_fields. */
bool client_approval_of(Client *client, const Uuid *group, LeaderApproval *out, GError **error);
/* LeaderApproval *: those that wait, the newest first; asks the server, which tells administrators. */
ServerList *client_ask_approvals(Client *client, ServerListFunc told, gpointer data);
/* By an administrator; reason may be NULL. */
bool client_decide_approval(Client *client, const LeaderApproval *approval, bool approve,
                            const char *reason, GError **error);
/* What the outbox says of it: 0 nothing, else how it will have been decided. */
LeaderApprovalState client_approval_decided(Client *client, const Uuid *id);

/* client_undo.c asks: may what was undone be done again? True of all that is none of these. */
bool client_groups_may_again(Client *client, const OutboxItem *item, GError **error);

/* ---- looking for a group (R12, R59): asks the server */

typedef struct GroupQuery { /* NULL, "" or false: any */
    char *text, *area, *trade;
    bool open;      /* to new members */
    bool suspended; /* those without a leader, and nothing else of this: for administrators */
} GroupQuery;
extern const FieldTable group_query_fields;

/* Group *: those of the directory that fit. */
ServerList *client_find_groups(Client *client, const GroupQuery *query, ServerListFunc told,
                               gpointer data);
/* Seat *: which are taken, and which are wanted. */
ServerList *client_ask_seats(Client *client, const Uuid *group, ServerListFunc told, gpointer data);
