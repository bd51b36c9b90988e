/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A view fills the middle of the screen. It is one table of operations and a struct that begins with View; it reads from the
 * cache or the store, and says by app_dirty() what must be drawn. All operations but create, destroy and draw may be NULL.
 */
#pragma once

#include "list.h"
#include "draw.h"
#include "key.h"

typedef struct App App;
typedef struct View View;
typedef struct Page Page;

/* In the order of the tabs; what comes after TAB_COUNT has no tab. */
typedef enum ViewId {
    VIEW_INBOX,
    VIEW_SENT,
    VIEW_PARTNERS,
    VIEW_GROUPS,
    VIEW_REPORTS,
    VIEW_OUTBOX,
    VIEW_HELP,
    TAB_COUNT,
    VIEW_MESSAGES = TAB_COUNT,
    VIEW_LEAD,
    VIEW_NEW,
    VIEW_INVITATIONS,
    VIEW_FIND,
    VIEW_GROUP,
    VIEW_DIRECTORY,
    VIEW_MEETINGS,
    VIEW_MEETING,
    VIEW_VETTING,
    VIEW_DUES,
    VIEW_APPROVALS,
    VIEW_ACCOUNT,
    VIEW_JOBS,
    VIEW_DOCTOR,
    VIEW_WELCOME,
    VIEW_DEVICE,
    VIEW_TEXT,
    VIEW_COUNT
} ViewId;

/* What an action is done to, taken when the key is pressed: ids, never rows. */
typedef struct Target {
    Uuid lead;
    bool has_lead;
    bool received; /* the lead was sent to this user, else by them */
    Uuid item;     /* of the outbox, or of the log of dropped ones */
    bool has_item;
    bool unsent;   /* it is of the outbox */
    bool conflict; /* and in conflict */
    Uuid partner;  /* their account */
    bool has_partner;
    Uuid member; /* the account of one that was found */
    bool has_member;
    Uuid invitation;
    bool has_invitation;
    bool received_invitation;
    Uuid group; /* selected or shown */
    bool has_group;
    Uuid request; /* for membership of it */
    bool has_request;
    bool own_request; /* of this user */
    bool has_concern; /* about somebody, and the next: what they owe */
    bool has_invoice;
    bool has_approval; /* one that an administrator decides */
    Uuid meeting;
    bool has_meeting;
} Target;

typedef struct ViewOps {
    const char *title;         /* N_() */
    const char *const *footer; /* names of commands by use, NULL-terminated; ? comes after them */
    unsigned contexts;         /* CTX_BITs of its keys, without CTX_GLOBAL */
    View *(*create)(App *app);
    void (*destroy)(View *view);
    void (*show)(View *view);             /* it is going to be drawn: read what is old */
    void (*place)(View *view, Rect body); /* where */
    void (*draw)(View *view, bool all);   /* all false: only what changed since the last draw */
    void (*changed)(View *view, unsigned what); /* ClientChange bits */
    void (*fill)(View *view, Page *page);       /* of a page view: page_view.h */
    /* A second has passed while something is held or `seconds` says so, or else a minute: draw again what counts. */
    void (*tick)(View *view, bool minute);
    bool (*seconds)(const View *view); /* something here counts seconds now */
    bool (*key)(View *view,
                Key key); /* a key of its own, asked before the key map; true when taken */
    /* of a form: letters go into a field now; then only the keys of the context "form" count beside */
    bool (*in_text)(const View *view);
    void (*paste)(View *view, const char *text);
    bool (*edit)(View *view); /* in the user's editor; false: there is no text here */
    void (*moved)(View *view, Move move);
    /* scrolls so that the cursor is at the top (0), in the middle (1) or at the bottom (2) */
    void (*placed)(View *view, int where);
    void (*open)(View *view); /* Enter */
    bool (*pane)(View *view); /* Tab: to its other pane; false: there is none */
    bool (*back)(View *view); /* q, h: true when the view had something to leave itself */
    void (*target)(View *view, Target *target);
    void (*status)(View *view, GString *out);     /* left half of the status line */
    void (*search)(View *view, const char *text); /* as it is typed; "" shows all */
    const char *(*searched)(View *view);          /* the words searched for now, "" none */
    bool (*abort)(View *view);                    /* Esc: true when something was cleared */
} ViewOps;

struct View {
    const ViewOps *ops;
    App *app;
    Rect body;
    bool stale; /* the data changed while another view was shown */
};

extern const ViewOps inbox_view, sent_view, partners_view, groups_view, group_view, directory_view,
    meetings_view, meeting_view, vetting_view, dues_view, approvals_view, reports_view, outbox_view,
    help_view, messages_view, lead_view, new_lead_view, invitations_view, find_view, account_view,
    welcome_view, device_view, text_view, jobs_view, doctor_view;

const ViewOps *view_ops(ViewId id);
/* For search(): what was typed becomes the words that are searched for, clean; NULL none. False: they are the same as before. */
bool view_take_words(char **words, const char *typed);
