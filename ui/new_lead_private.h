/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of the view that writes leads: new_lead.c is the form, new_lead_draw.c what it looks like, new_lead_pick.c whom it is for,
 * new_lead_fill.c what is pasted, new_lead_send.c its end, new_lead_drafts.c the list of drafts. */
#pragma once

#include "form.h"
#include "new_lead.h"
#include "picker.h"

#include "client/slip.h"

/* What the focus can be on, from above: the recipients, each row of the form, two buttons. */
typedef enum StopKind { STOP_TO, STOP_ROW, STOP_SEND, STOP_KEEP } StopKind;

typedef struct Stop {
    StopKind kind;
    int index; /* of the recipient, or of the row */
} Stop;

typedef struct NewLead {
    View view;  /* its ops say what is shown: form, picker, drafts */
    Slip *slip; /* NULL: none is being written */
    Form *form;
    bool *seen; /* rows that the focus has left: what is wrong with them is shown */
    bool tried; /* to send it: all of that is shown */
    FieldErrors errors;
    Uuid twin[SLIP_RECIPIENTS]; /* lead of the same contact to the same partner; nil none */
    int focus, top;
    bool follow; /* the focus shall show */
    Picker *picker;
    int picking;     /* which recipient */
    GPtrArray *undo; /* Slip *, the newest last */
    guint saver;     /* source: what is typed is kept when nothing else is to be done */
    Slip *sent;      /* the last that was sent, for undo */
    Uuid sent_ids[SLIP_RECIPIENTS];
    Slip *thrown; /* the last that was thrown away */
    gint64 thrown_at;
    GPtrArray *drafts; /* Slip *, the newest first */
    int cursor;        /* in the list: 0 is a new lead */
} NewLead;

int new_lead_stops(const NewLead *lead);
Stop new_lead_stop(const NewLead *lead, int focus);
int new_lead_row_stop(int row);

/* What is wrong with a row, in words; NULL nothing, or not to be said yet. Caller frees. */
char *new_lead_complaint(const NewLead *lead, int row);

void new_lead_draw(View *view, bool all); /* the form */

/* new_lead_drafts.c */
extern const ViewOps new_lead_drafts_view;
void new_lead_list(NewLead *lead);
void new_lead_read_drafts(NewLead *lead);
/* new_lead_pick.c: shows the choice of this recipient */
void new_lead_pick(NewLead *lead, int which);

/* new_lead_fill.c */
void new_lead_paste(View *view, const char *text);

/* new_lead_send.c: sends it, or shows the first thing that is wrong */
void new_lead_send(NewLead *lead);

/* new_lead.c */
View *new_lead_create(App *app);
void new_lead_destroy(View *view);
void new_lead_told(View *view, unsigned what);
/* The one that is being written on the screen; NULL none. */
NewLead *new_lead_current(App *app);
void new_lead_go_to(NewLead *lead, int focus);
/* The slip has changed: it is looked at again and kept; of a row: its text goes into the slip first. */
void new_lead_changed(NewLead *lead);
void new_lead_row_changed(NewLead *lead, int row);
/* The form has what the slip has. */
void new_lead_show_slip(NewLead *lead);
/* What is being written stays in the store; the view lets go of it. */
void new_lead_let_go(NewLead *lead);
/* Takes the slip over. */
void new_lead_open(NewLead *lead, Slip *slip);
void new_lead_begin(NewLead *lead);
void new_lead_throw(NewLead *lead, Slip *slip);
