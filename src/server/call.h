/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request as an endpoint's handler sees it. Handlers are plain synchronous functions; where they run is the
 * route's business:
 *
 *   LANE_READ    inline in an HTTP thread, on its own read-only connection, inside one snapshot when .snapshot
 *   LANE_WRITE   a job of the writer (SQLite: one thread; PostgreSQL: several; group commit), inside a savepoint or a
 *                transaction; idempotency, If-Match bookkeeping, the change index and the answer after the commit are done
 *                around the handler
 *   LANE_CRYPTO  .prepare in the one crypto thread (argon2id, no transaction), then the handler as LANE_WRITE
 *
 * A handler returns true with call->reply filled, or false with *error set to a Problem (its GError message is the
 * detail; field errors go to call->errors with PROBLEM_VALIDATION). It may run more than once (transaction retry), each
 * time on a fresh reply: no effects but through call->db.
 */
#pragma once

#include "base/clock.h"
#include "base/field.h"
#include "base/problem.h"
#include "db/db.h"
#include "wire/json.h"

typedef struct Call Call;
typedef struct Route Route;
typedef struct Server Server;

typedef bool (*CallHandler)(Call *call, GError **error);

/* How a route words what went wrong, where application/problem+json is not what those who ask expect. */
typedef struct Wording {
    const char *name; /* of the answer in OpenAPI */
    const char *type; /* Content-Type */
    /* Appends to call->reply.body; call->reply.status is the catalogue's until this says otherwise. errors: NULL none. */
    void (*put)(Call *call, Problem problem, const char *detail, const FieldErrors *errors);
} Wording;

typedef enum Lane { LANE_READ, LANE_WRITE, LANE_CRYPTO } Lane;

typedef enum Access {
    ACCESS_OPEN,  /* anybody: log in, health */
    ACCESS_USER,  /* a live access token */
    ACCESS_ADMIN, /* an administrator's */
    ACCESS_LOCAL, /* operation: loopback or unix socket, or the metrics token */
} Access;

typedef enum RouteFlags {
    ROUTE_NO_KEY = 1 << 0,        /* a POST that needs no Idempotency-Key (log in, refresh) */
    ROUTE_IF_MATCH = 1 << 1,      /* 428 without If-Match */
    ROUTE_IF_NONE_MATCH = 1 << 2, /* create: 428 without If-None-Match: * */
    ROUTE_LIST = 1 << 3,          /* has limit and cursor */
    ROUTE_NO_BATCH = 1 << 4,      /* not an operation of POST /v1/batch */
    ROUTE_REPLAY_STORED =
        1 << 5,               /* the answer cannot be rendered again: store its body with the key */
    ROUTE_SNAPSHOT = 1 << 6,  /* LANE_READ: all statements of the handler see one snapshot */
    ROUTE_JSON = 1 << 7,      /* .body is NULL but the request has a JSON body: only call->json */
    ROUTE_FORM = 1 << 8,      /* application/x-www-form-urlencoded is taken too (flat .body only) */
    ROUTE_LENIENT = 1 << 9,   /* members that .body does not know are ignored (RFC 6749 §3.2) */
    ROUTE_ANY_BODY = 1 << 10, /* .body is NULL, and whatever body comes is not looked at */
} RouteFlags;

/*
 * One row of the route table (OpenAPI is printed from it). Each endpoint family exports its rows as
 * `const Route NAME_routes[]`, closed by a row without method; routes.c has the one list of families (routes.h).
 *
 * A write that carries a key is answered again from the GET row of the same path, or of the path without its verb, so that no personal data is stored with the key; ROUTE_REPLAY_STORED where that is not possible.
 */
struct Route {
    const char *method;
    const char *path; /* "/v1/referrals/{id}/confirm"; {id} and {sub} are UUIDs */
    Access access;
    Lane lane;
    unsigned flags;
    const FieldTable *body;  /* decoded into call->body, validated by its table; NULL = no body */
    const FieldTable *reply; /* what 2xx answers with, for OpenAPI; NULL = see summary */
    CallHandler handler;
    CallHandler prepare; /* LANE_CRYPTO */
    const char
        *query; /* names of query parameters, blank-separated; any other is 422 unknown-field */
    const char *summary; /* one line, English, for OpenAPI */
    /* For OpenAPI, where the field tables do not say it: JSON Schema of the body, of a 2xx answer
     * (both with ' for "); its media type. */
    const char *body_schema, *reply_schema, *reply_type;
    const Wording *wording; /* NULL: application/problem+json */
};
#define SCHEMA_REF(table) "{'$ref':'#/components/schemas/" table "'}"

/* PATCH: call->body stays NULL; the handler reads the object, then json_decode(call->json, ..., JSON_PATCH) onto it. */

typedef struct Principal {
    Uuid account; /* nil when open */
    Uuid session;
    bool admin;
} Principal;

typedef struct Reply {
    int status;       /* 200 unless set */
    GString *body;    /* JSON; empty with 204 */
    gint64 rev;       /* > 0: ETag: "rev" */
    const char *type; /* Content-Type (a literal); NULL = application/json */
    int retry_after;  /* seconds; 0 = no header */
    /* more headers: names and values by turns, closed by NULL; literals. NULL = none */
    const char *const *headers;
    struct HttpStream *stream; /* instead of body: httpd_stream.h */
} Reply;

struct Call {
    Server *server;
    const Route *route;
    Db *db;
    gint64 now; /* the one time of this request */
    Principal principal;
    Uuid id, sub;         /* path parameters */
    GHashTable *query;    /* char * -> char *, decoded; may be NULL */
    void *body;           /* as route->body says; owned by the frame */
    const JsonNode *json; /* the body as read */
    gint64 if_match;      /* rev, 0 when none */
    bool create;          /* If-None-Match: * */
    char request_id[UUID_TEXT_SIZE];
    const char *user_agent, *peer; /* peer: address without port, "unix" */
    const char *last_event_id;     /* NULL when absent */
    const char *accept_language;   /* likewise */
    const char *host;              /* as the client calls this server; NULL when it does not */
    bool https;                    /* the client's connection is encrypted, says a proxy */
    bool local;                    /* loopback or unix socket */
    bool plain; /* of a batch: problems are worded as everywhere, whatever the route's wording */
    Reply reply;
    FieldErrors errors;
    GArray *changes;  /* Change, filled by change_note(), written at the end of the transaction */
    GString *current; /* call_put_current(); NULL when there is none */
    GArray *revoked;  /* Uuid of sessions whose tokens are forgotten after the commit; NULL none */
    void *scratch;    /* from prepare to handler, or the argument of server_run() */
    GDestroyNotify scratch_free; /* run on scratch by the frame; NULL = borrowed */
};

/* Query parameter or NULL. */
const char *call_query(const Call *call, const char *name);
#define CALL_LIMIT_MAX 500
/* limit: 1..CALL_LIMIT_MAX, default 50; VALIDATION otherwise. */
bool call_limit(Call *call, int *limit, GError **error);

/* Keyset cursor of (time, id): opaque text on the wire; nil when absent. BAD_CURSOR. */
bool call_cursor(Call *call, gint64 *time, Uuid *id, GError **error);
/* The same for a list that begins with the newest: later than any when absent. */
bool call_cursor_newest(Call *call, gint64 *time, Uuid *id, GError **error);
/* Appends  ],"next":"..."}  or  ],"next":null}  to an open {"items":[ answer. */
void call_put_next(Call *call, bool more, gint64 time, const Uuid *id);

/* The whole answer: objects of the table, whose columns the rows begin with, and where the next page begins. The list is in the
 * order of the field `time`, then of "id"; one row more than limit was asked for. NULL rows: false, *error is set. */
bool call_put_page(Call *call, DbRows *rows, int limit, const FieldTable *table, const char *time,
                   GError **error);

/* If-Match against the row's rev: PRECONDITION_FAILED when stale (the handler then puts the current object into the
 * problem by call_put_current()). */
bool call_check_rev(Call *call, gint64 rev, GError **error);

/* The current object for a PRECONDITION_FAILED problem (its member "current"): an empty buffer to write it to. */
GString *call_put_current(Call *call);

/* Makes this problem the answer, worded as the route does. errors may be NULL. */
void call_put_problem(Call *call, Problem problem, const char *detail, const FieldErrors *errors);

/* An answer that is a problem but whose effects stay (a failed log-in is counted, a stolen token's family is revoked):
 * fills the reply; the handler then returns true. */
bool call_refuse(Call *call, Problem problem, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Field errors were added: sets VALIDATION and returns false; true when there are none. */
bool call_valid(Call *call, GError **error);
