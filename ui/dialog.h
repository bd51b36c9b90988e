/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A question in a box: text, perhaps a list of choices (keys 1 to 9) and fields of a form, and two buttons. Nothing else
 * gets keys while it is there. The keys of yes and no work unless the focus is in a text field; Esc always leaves.
 */
#pragma once

#include "base/field.h"
#include "form.h"
#include "list.h"
#include "page.h"

typedef struct App App;
typedef struct Dialog Dialog;

typedef enum DialogAnswer {
    DIALOG_CLOSE,
    DIALOG_KEEP, /* something is missing: a complaint was set */
    DIALOG_BUSY, /* works on it; dialog_finish() ends that */
} DialogAnswer;

typedef struct DialogSpec {
    const char *title;
    /* Lays out the text above the fields; may be NULL. */
    void (*text)(Dialog *dialog, Page *page);
    const EnumTable *choices; /* NULL none; the chosen value is dialog_choice() */
    int choice;               /* chosen at first, 0 none */
    int free_choice;          /* a choice that needs words: the focus goes on to the first field */
    Form *form;               /* NULL none; owned by the dialog */
    const char *yes, *no; /* words of the buttons; yes NULL: nothing but a list to choose from */
    bool start_at_no;     /* what cannot be undone */
    bool start_at_form;   /* focus in the first field */
    const char *draft;    /* names what is typed into it (draft.h); NULL nothing */
    const char *note;     /* small print below the buttons; may be NULL */
    /* Yes was said. May set a complaint; may also set the row of the form that it is about. */
    DialogAnswer (*done)(App *app, Dialog *dialog);
    /* It was left without yes; may be NULL. */
    void (*left)(App *app, Dialog *dialog);
    gpointer data; /* the owner's */
    GDestroyNotify free_data;
} DialogSpec;

/* Copies the texts of the spec. */
Dialog *dialog_new(const DialogSpec *spec);
void dialog_free(Dialog *dialog);

gpointer dialog_data(const Dialog *dialog);
Form *dialog_form(const Dialog *dialog);
int dialog_choice(const Dialog *dialog);
/* For the footer: what y does now, what Enter does beside that, what Esc does, how many choices digits have. NULL, 0: nothing. */
const char *dialog_yes_word(const Dialog *dialog);
const char *dialog_press_word(const Dialog *dialog);
const char *dialog_no_word(const Dialog *dialog);
int dialog_digits(const Dialog *dialog);
bool dialog_on_yes(const Dialog *dialog);   /* Enter says yes */
bool dialog_has_more(const Dialog *dialog); /* Tab leads somewhere */
bool dialog_is_busy(const Dialog *dialog);

/* Shown in the dialog until the next key; row of the form that gets the focus, or -1. NULL takes it away. */
void dialog_complain(Dialog *dialog, int row, const char *text);
/* What the form holds goes into the object; false: what is wrong with it was said. */
bool dialog_store(Dialog *dialog, gpointer object);
/* What was asked for was refused: says why, at the field that the problem names. */
DialogAnswer dialog_refuse(Dialog *dialog, const GError *error);
/* Ends DIALOG_BUSY. */
void dialog_finish(Dialog *dialog);

/* The text for an editor: that of the field with the focus, or the first long one. -1 none. */
int dialog_text_row(const Dialog *dialog);
const char *dialog_draft(const Dialog *dialog);
/* No other has it. */
guint dialog_number(const Dialog *dialog);

/* Letters go into a text field now. */
bool dialog_in_text(const Dialog *dialog);

/* A key that no binding took. True when it meant something here; then it may have decided the whole: press is next. */
bool dialog_key(App *app, Dialog *dialog, Key key);
bool dialog_take_decision(Dialog *dialog);
void dialog_paste(Dialog *dialog, const char *text);

/* What the commands of the context "dialog" do. */
void dialog_focus(Dialog *dialog, int step);
bool dialog_line(Dialog *dialog,
                 int step); /* within the list of choices; false at its end, or elsewhere */
void dialog_other_button(Dialog *dialog); /* from yes to no and back */
DialogAnswer dialog_yes(App *app, Dialog *dialog);
/* Enter: on a button its answer, in a field on to the next. *leave: the answer was no. */
DialogAnswer dialog_press(App *app, Dialog *dialog, bool *leave);

/* No was said, or Esc: tells the owner. */
void dialog_leave(App *app, Dialog *dialog);

/* Where it is higher than the screen: what stands above the buttons. */
void dialog_scroll(Dialog *dialog, Move where);

/* The keys of yes and no as they are bound now, "" when there is none: the buttons name them. */
typedef struct DialogKeys {
    const char *yes, *no;
} DialogKeys;

void dialog_draw(Dialog *dialog, Rect screen, const DialogKeys *keys);
