/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The running screen: who has the keys, which view is shown, what must be drawn. Handlers change state and call app_dirty();
 * app_run() draws once a turn of the main loop. Everything happens on one thread and nothing waits.
 */
#pragma once

#include "client/client.h"
#include "client/settings.h"
#include "command.h"
#include "dialog.h"
#include "keymap.h"
#include "prompt.h"
#include "view.h"

typedef enum Dirty {
    DIRTY_TITLE = 1 << 0,
    DIRTY_STATUS = 1 << 1,
    DIRTY_MOVED = 1 << 2, /* the view, but only what it knows to have changed */
    DIRTY_BODY = 1 << 3,  /* the whole view */
    DIRTY_FOOTER = 1 << 4,
    DIRTY_MESSAGE = 1 << 5,
    DIRTY_OVERLAY = 1 << 6, /* dialog, legend, candidates */
    DIRTY_ALL = (1 << 7) - 1,
} Dirty;

typedef struct Message {
    gint64 at;
    bool error;
    char *text; /* clean */
} Message;

typedef struct Notify Notify;

struct App {
    Client *client;   /* NULL on the first run until a choice is made */
    Profile *profile; /* of the client */
    Settings settings;
    KeyMap *keymap;
    bool read_only;
    bool insecure_storage; /* asked for on the command line */

    View *views[VIEW_COUNT];
    ViewId view, under; /* shown; what q of a lead or of the messages returns to */
    Dialog *dialog;

    unsigned dirty;
    bool started; /* the first draw is done */
    bool quit;
    int exit_code;

    Notify *notify;      /* ui/notify.h */
    GHashTable *snoozes; /* Uuid of a lead -> Snooze, NULL: to be read (ui/snooze.h) */

    GHashTable *give_take; /* Uuid of a partner -> GiveTake, until leads change */

    GQueue messages;  /* Message *, newest first */
    Message *message; /* shown in the last line, NULL none; borrowed from messages */
    Uuid decided;     /* the lead of the last verdict of this session: u may change it; nil none */
    char *held;       /* "Bright & Co confirmed": counted down while it can be undone */

    ConfirmInput said; /* the last verdict, to be given once more; verdict 0 none */

    Key pending[KEY_SEQUENCE_MAX]; /* the beginning of a sequence */
    size_t n_pending;
    bool legend; /* shows how it may go on */
    guint legend_timer;
    char *before;    /* what the line at the bottom is changing, as it was */
    GString *paste;  /* being received, NULL none */
    guint patience;  /* timer: what is unfinished of a key or a paste stays so */
    GArray *waiting; /* Key: read, and held back until the timer of hold: they may be pasted text */
    guint hold;
    Key letter;                            /* the last one that was a command */
    gint64 letter_at, read_at, hold_since; /* monotonic */
    bool dropping;                         /* pasted text, as long as more of it comes */
    bool pasting;                          /* the same into a field: its line ends are no Enter */
    guint text_run;                        /* letters that came for it so fast, */
    gint64 text_at;                        /* the last of them then */
    GSource *tick;
    gint64 minute;   /* of the last tick */
    GArray *sources; /* ids of those of the loop */
    bool bare;       /* the screen shows bare text until the next key */
    guint input;     /* the terminal's; 0: it is lent */
};

App *app_new(void);
void app_free(App *app);

/* Opens the client of a profile (takes that over) and shows its inbox; client_start() when that has been drawn. */
bool app_open_profile(App *app, Profile *profile, GError **error);

/* Back to the first choice, without a profile. Not from a callback of the client. */
void app_close_profile(App *app);

/* app_loop.c. Until app->quit. The first draw comes before anything else; then `started` is called once. */
void app_run(App *app, void (*started)(App *app));
void app_quit(App *app, int exit_code);

/* app_loop.c. To another program, and back: nothing is drawn or read meanwhile, all else goes on. */
void app_lend_terminal(App *app);
void app_take_terminal(App *app);

/* After a change of app->settings: colours, characters, undo window, layout. The screen must be open. */
void app_apply_settings(App *app);

/* What was just done, in words (taken over): counted down while it can be undone. */
void app_hold(App *app, char *text);
void app_dirty(App *app, unsigned what);
void app_draw(App *app); /* app_draw.c */

bool app_has_tabs(const App *app); /* somebody is in */
void app_show(App *app, ViewId view);
View *app_view(const App *app);
Target app_target(App *app);
/* The contexts whose keys count now. */
unsigned app_contexts(const App *app);
/* Letters go into a field: of the line at the bottom, a dialog or a form. */
bool app_in_text(const App *app);
/* Of the view, whatever lies on top of it. */
unsigned app_view_contexts(const App *app);
/* The key that runs the command in the view shown. Caller frees. */
char *app_key_of(const App *app, const char *command);

/* The last line, until the next key; all are kept for the messages view. */
void app_say(App *app, const char *format, ...) G_GNUC_PRINTF(2, 3);
void app_complain(App *app, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* An error of the client in the user's words. */
void app_complain_error(App *app, const GError *error);
/* The same when it is not ok; the error is freed. */
void app_check(App *app, bool ok, GError *error);
char *problem_words(const GError *error); /* caller frees */
void app_forget_messages(App *app);

/* Opens the line at the bottom; `before` is given back to spec->left, initial stands in it. */
void app_prompt(App *app, const PromptSpec *spec, const char *initial, const char *before);
void app_ask(App *app, Dialog *dialog); /* takes it over */
void app_close_dialog(App *app);

/* app_input.c: what the terminal sent, as keys, and one key by hand */
void app_read_input(App *app);
void app_key(App *app, Key key);
void app_end_sequence(App *app);
void app_end_input(App *app); /* forgets what is unfinished */

char *app_history_path(App *app);
