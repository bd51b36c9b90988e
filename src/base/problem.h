/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one catalogue of everything that can go wrong, shared by both programs, their exit codes and
 * the API document. A Problem is the `code` of a GError in the domain LEADLINE_ERROR; its message is
 * the English detail that names the place and the cure. On the wire it is an RFC 9457 problem whose
 * `code` is the slug below. The client words it for the user by code, never by detail.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum ProblemFault {
    FAULT_CALLER,  /* the request or the user's input must change */
    FAULT_OURS,    /* a bug or an exhausted resource of this side */
    FAULT_NETWORK, /* nobody's fault; the same thing works later */
} ProblemFault;

/*
 * X(enum name, slug, HTTP status (0: never on the wire), fault, retry later unchanged, exit code of
 * the command line, title). Order is free; slugs are for ever.
 */
#define PROBLEM_LIST(X)                                                                            \
    X(INTERNAL, "internal", 500, FAULT_OURS, true, 69, N_("Internal error"))                       \
    X(OVERLOADED, "overloaded", 503, FAULT_OURS, true, 69, N_("Too busy just now"))                \
    X(READ_ONLY, "read-only", 503, FAULT_OURS, true, 69, N_("The server takes no writes now"))     \
    X(STORAGE_FULL, "storage-full", 507, FAULT_OURS, true, 69, N_("The server's disk is full"))    \
    X(MALFORMED, "malformed", 400, FAULT_CALLER, false, 65, N_("Malformed request"))               \
    X(MALFORMED_JSON, "malformed-json", 400, FAULT_CALLER, false, 65, N_("Malformed JSON"))        \
    X(BAD_CURSOR, "bad-cursor", 400, FAULT_CALLER, false, 65, N_("Not a cursor of this list"))     \
    X(KEY_MISSING, "idempotency-key-missing", 400, FAULT_CALLER, false, 65,                        \
      N_("A write needs an Idempotency-Key"))                                                      \
    X(UNAUTHORIZED, "unauthorized", 401, FAULT_CALLER, false, 4, N_("Log in first"))               \
    X(BAD_CREDENTIALS, "bad-credentials", 401, FAULT_CALLER, false, 4,                             \
      N_("Wrong e-mail or password"))                                                              \
    X(TOTP_REQUIRED, "totp-required", 401, FAULT_CALLER, false, 4,                                 \
      N_("A one-time code is wanted"))                                                             \
    X(TOTP_WRONG, "totp-wrong", 401, FAULT_CALLER, false, 4, N_("The one-time code is wrong"))     \
    X(TOKEN_EXPIRED, "token-expired", 401, FAULT_CALLER, false, 4, N_("The token has expired"))    \
    X(FORBIDDEN, "forbidden", 403, FAULT_CALLER, false, 77, N_("Not allowed"))                     \
    X(EMAIL_UNVERIFIED, "email-unverified", 403, FAULT_CALLER, false, 77,                          \
      N_("Verify your e-mail address first"))                                                      \
    X(WRONG_PASSWORD, "wrong-password", 403, FAULT_CALLER, false, 77, N_("Wrong password"))        \
    X(NOT_FOUND, "not-found", 404, FAULT_CALLER, false, 65, N_("Not found, or not yours"))         \
    X(METHOD_NOT_ALLOWED, "method-not-allowed", 405, FAULT_CALLER, false, 65,                      \
      N_("Not a method of this address"))                                                          \
    X(REFERRAL_STATE, "referral-state", 409, FAULT_CALLER, false, 77,                              \
      N_("Not possible in this state"))                                                            \
    X(NOT_PARTNERS, "not-partners", 409, FAULT_CALLER, false, 77, N_("Not one of your partners"))  \
    X(INVITATION_STATE, "invitation-state", 409, FAULT_CALLER, false, 77,                          \
      N_("The invitation is answered or over"))                                                    \
    X(MEETING_STATE, "meeting-state", 409, FAULT_CALLER, false, 77,                                \
      N_("Not possible at this time of the meeting"))                                              \
    X(CONCERN_STATE, "concern-state", 409, FAULT_CALLER, false, 77,                                \
      N_("The concern does not allow that now"))                                                   \
    X(INVOICE_STATE, "invoice-state", 409, FAULT_CALLER, false, 77,                                \
      N_("The invoice is settled already"))                                                        \
    X(UNREFERRABLE, "unreferrable", 409, FAULT_CALLER, false, 77,                                  \
      N_("This member takes no leads now"))                                                        \
    X(PARTNER_LIMIT, "partner-limit", 409, FAULT_CALLER, false, 77,                                \
      N_("There is no room for another partner"))                                                  \
    X(EXCLUSIVE, "exclusive", 409, FAULT_CALLER, false, 77,                                        \
      N_("An exclusive network has one partner for a business type"))                              \
    X(INVITATION_LIMIT, "invitation-limit", 409, FAULT_CALLER, false, 77,                          \
      N_("Too many invitations: wait for answers"))                                                \
    X(TOO_SOON, "too-soon", 409, FAULT_CALLER, false, 77, N_("Too soon after the last time"))      \
    X(GROUP_STATE, "group-state", 409, FAULT_CALLER, false, 77,                                    \
      N_("The group takes no part in this now"))                                                   \
    X(GROUP_NOT_OPEN, "group-not-open", 409, FAULT_CALLER, false, 77,                              \
      N_("The group takes no new members"))                                                        \
    X(GROUP_FULL, "group-full", 409, FAULT_CALLER, false, 77, N_("All seats are taken"))           \
    X(SEAT_TAKEN, "seat-taken", 409, FAULT_CALLER, false, 77,                                      \
      N_("The seat for this business type is taken"))                                              \
    X(GROUP_EXCLUSIVE, "group-exclusive", 409, FAULT_CALLER, false, 77,                            \
      N_("Members of an exclusive group are in no other"))                                         \
    X(REQUEST_STATE, "request-state", 409, FAULT_CALLER, false, 77, N_("The request is decided"))  \
    X(LAST_LEADER, "last-leader", 409, FAULT_CALLER, false, 77, N_("A group needs a leader"))      \
    X(APPROVAL_NEEDED, "approval-needed", 409, FAULT_CALLER, false, 77,                            \
      N_("An administrator has to approve this first"))                                            \
    X(AMEND_CLOSED, "amend-closed", 409, FAULT_CALLER, false, 77,                                  \
      N_("The verdict can no longer be changed"))                                                  \
    X(ALREADY_EXISTS, "already-exists", 409, FAULT_CALLER, false, 77, N_("Already exists"))        \
    X(KEY_IN_PROGRESS, "idempotency-in-progress", 409, FAULT_CALLER, true, 77,                     \
      N_("The same request is still running"))                                                     \
    X(CANNOT_CALCULATE_CHANGES, "cannot-calculate-changes", 410, FAULT_CALLER, false, 77,          \
      N_("Too old to catch up: start a full sync"))                                                \
    X(PRECONDITION_FAILED, "precondition-failed", 412, FAULT_CALLER, false, 77,                    \
      N_("Changed by somebody else meanwhile"))                                                    \
    X(TOO_LARGE, "too-large", 413, FAULT_CALLER, false, 65, N_("The body is too large"))           \
    X(UNSUPPORTED_TYPE, "unsupported-type", 415, FAULT_CALLER, false, 65,                          \
      N_("The body must be application/json"))                                                     \
    X(VALIDATION, "validation", 422, FAULT_CALLER, false, 65, N_("Some fields are not right"))     \
    X(UNKNOWN_FIELD, "unknown-field", 422, FAULT_CALLER, false, 65, N_("Unknown field"))           \
    X(KEY_REUSED, "idempotency-key-reused", 422, FAULT_CALLER, false, 65,                          \
      N_("The Idempotency-Key was used for another request"))                                      \
    X(DEPENDENCY_FAILED, "dependency-failed", 424, FAULT_CALLER, true, 77,                         \
      N_("An operation before this one failed"))                                                   \
    X(PRECONDITION_REQUIRED, "precondition-required", 428, FAULT_CALLER, false, 65,                \
      N_("The change needs an If-Match or If-None-Match"))                                         \
    X(THROTTLED, "throttled", 429, FAULT_CALLER, true, 69, N_("Too many attempts: wait"))          \
    X(QUOTA_EXCEEDED, "quota-exceeded", 429, FAULT_CALLER, true, 69,                               \
      N_("Too many requests: wait"))                                                               \
    X(TOO_MANY_STREAMS, "too-many-streams", 429, FAULT_CALLER, true, 69,                           \
      N_("Too many open event streams"))                                                           \
    X(HEADERS_TOO_LARGE, "headers-too-large", 431, FAULT_CALLER, false, 65,                        \
      N_("The request headers are too large"))                                                     \
    /* Of OAuth 2.0 and its device grant, whose slugs have underscores there (server/oauth.h): */  \
    X(INVALID_GRANT, "invalid-grant", 400, FAULT_CALLER, false, 4,                                 \
      N_("The session has ended: log in again"))                                                   \
    X(UNSUPPORTED_GRANT_TYPE, "unsupported-grant-type", 400, FAULT_CALLER, false, 65,              \
      N_("This server does not log in that way"))                                                  \
    X(AUTHORIZATION_PENDING, "authorization-pending", 400, FAULT_CALLER, true, 4,                  \
      N_("Nobody has allowed it yet"))                                                             \
    X(SLOW_DOWN, "slow-down", 400, FAULT_CALLER, true, 4, N_("Asked too often"))                   \
    X(ACCESS_DENIED, "access-denied", 400, FAULT_CALLER, false, 77, N_("It was denied"))           \
    X(EXPIRED_TOKEN, "expired-token", 400, FAULT_CALLER, false, 4, N_("The code has expired"))     \
    /* Never on the wire: */                                                                       \
    X(FAILED, "failed", 0, FAULT_OURS, false, 1, N_("It did not work"))                            \
    X(CANCELLED, "cancelled", 0, FAULT_CALLER, false, 2, N_("Cancelled"))                          \
    X(USAGE, "usage", 0, FAULT_CALLER, false, 64, N_("Wrong usage"))                               \
    X(BAD_INPUT, "bad-input", 0, FAULT_CALLER, false, 65, N_("Bad input"))                         \
    X(SERVER_DOWN, "server-down", 0, FAULT_NETWORK, true, 69, N_("The server does not answer"))    \
    X(CANNOT_CREATE, "cannot-create", 0, FAULT_OURS, false, 73, N_("Cannot create a file"))        \
    X(IO, "io", 0, FAULT_OURS, true, 74, N_("A file cannot be read or written"))                   \
    X(OFFLINE, "offline", 0, FAULT_NETWORK, true, 75, N_("Offline: queued"))                       \
    X(BAD_REPLY, "bad-reply", 0, FAULT_NETWORK, true, 76,                                          \
      N_("The server's answer makes no sense"))                                                    \
    X(BAD_CONFIG, "bad-config", 0, FAULT_CALLER, false, 78, N_("Bad configuration"))               \
    X(DATABASE, "database", 0, FAULT_OURS, true, 74, N_("The database failed"))                    \
    X(DATABASE_AWAY, "database-away", 0, FAULT_OURS, true, 74, N_("The database does not answer")) \
    X(DATABASE_BUSY, "database-busy", 0, FAULT_OURS, true, 75, N_("The database is busy"))         \
    X(DATABASE_UNIQUE, "database-unique", 0, FAULT_CALLER, false, 65, N_("It is there already"))   \
    X(DATABASE_NEWER, "database-newer", 0, FAULT_CALLER, false, 78,                                \
      N_("The database was made by a newer program"))                                              \
    X(DATABASE_CORRUPT, "database-corrupt", 0, FAULT_OURS, false, 74,                              \
      N_("The database file is damaged"))                                                          \
    X(LOCKED, "locked", 0, FAULT_CALLER, true, 75, N_("In use by another process"))

typedef enum Problem {
#define X(id, ...) PROBLEM_##id,
    PROBLEM_LIST(X)
#undef X
        PROBLEM_COUNT
} Problem;

typedef struct ProblemRow {
    const char *code; /* the slug, stable for ever */
    int status;       /* HTTP status, 0 when it never goes on the wire */
    ProblemFault fault;
    bool retry;    /* the same request may succeed later, unchanged */
    int exit_code; /* of the command line (api.md) */
    const char *title;
} ProblemRow;

#define LEADLINE_ERROR (leadline_error_quark())
GQuark leadline_error_quark(void);

const ProblemRow *problem_row(Problem problem);

/* The problem with this slug, or PROBLEM_COUNT. */
Problem problem_by_code(const char *code);

/* The problem an error stands for; PROBLEM_FAILED for a foreign domain (a GLib error). */
Problem problem_of(const GError *error);

/* Sets *error with a printf-style detail; always returns false, so that one can return it. */
bool problem_set(GError **error, Problem problem, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* True when error is set and stands for this problem. */
bool problem_is(const GError *error, Problem problem);
