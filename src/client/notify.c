/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <config.h>

#include "client/notify.h"

#include <gio/gio.h>
#include <gmodule.h>
#include <libnotify/notify.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"

#define SHOWN_MAX 16    /* notices whose buttons still work */
#define FAREWELL_MS 200 /* for the thread, at the end */

/* ---- the library: one table of what is used; the last ones come with it */

#define NOTIFY_SYMBOLS(X)                                                                          \
    X(notify_init)                                                                                 \
    X(notify_uninit)                                                                               \
    X(notify_get_server_caps)                                                                      \
    X(notify_notification_new)                                                                     \
    X(notify_notification_set_category)                                                            \
    X(notify_notification_set_hint)                                                                \
    X(notify_notification_add_action)                                                              \
    X(notify_notification_close)                                                                   \
    X(notify_notification_show)                                                                    \
    X(g_bus_get_sync)                                                                              \
    X(g_dbus_connection_set_exit_on_close)                                                         \
    X(g_object_unref)

static struct {
#define X(name) __typeof__(name) *name;
    NOTIFY_SYMBOLS(X)
#undef X
    bool loaded;
} lib; /* of the notifiers' threads; one runs at a time, but for those that hang */

static bool load(GError **error)
{
    static const struct {
        const char *name;
        size_t offset;
    } symbols[] = {
#define X(name) { #name, offsetof(__typeof__(lib), name) },
        NOTIFY_SYMBOLS(X)
#undef X
    };
    if (lib.loaded)
        return true;
    GModule *module = g_module_open(NOTIFY_SONAME, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
    if (!module)
        return problem_set(error, PROBLEM_FAILED, "%s", g_module_error());
    for (size_t i = 0; i < G_N_ELEMENTS(symbols); i++) {
        gpointer at = NULL;
        if (!g_module_symbol(module, symbols[i].name, &at) || !at)
            return problem_set(error, PROBLEM_FAILED, "libnotify has no %s", symbols[i].name);
        memcpy((char *)&lib + symbols[i].offset, &at, sizeof at);
    }
    g_module_make_resident(module);
    lib.loaded = true;
    return true;
}

/* ---- what both sides see */

typedef struct Event {   /* what the main loop is told */
    NotifyAction action; /* 0: a notice came out, or not */
    Uuid object;
    guint64 serial;
    char *why;
} Event;

typedef struct Shared {
    gatomicrefcount references;
    GMutex mutex;
    Notice *next; /* the newest that has not gone out */
    guint64 serial;
    bool quit, ended;
    GQueue events;         /* Event * */
    GSource *told;         /* of the main loop; NULL: nobody listens any more */
    GMainContext *context; /* of the thread */
} Shared;

struct Notifier {
    NotifierOps ops;
    gpointer data;
    Shared *shared;
    GThread *thread; /* NULL until something is shown */
    guint patience;  /* timer: the newest notice has failed */
    guint64 serial;  /* of the newest */
};

static void event_free(Event *event)
{
    g_free(event->why);
    g_free(event);
}

static Shared *shared_ref(Shared *shared)
{
    g_atomic_ref_count_inc(&shared->references);
    return shared;
}

static void shared_unref(gpointer data)
{
    Shared *shared = data;
    if (!g_atomic_ref_count_dec(&shared->references))
        return;
    notice_free(shared->next);
    for (Event *event; (event = g_queue_pop_head(&shared->events));)
        event_free(event);
    g_main_context_unref(shared->context);
    g_mutex_clear(&shared->mutex);
    g_free(shared);
}

static void tell(Shared *shared, Event *event)
{
    g_mutex_lock(&shared->mutex);
    g_queue_push_tail(&shared->events, event);
    if (shared->told)
        g_source_set_ready_time(shared->told, 0);
    g_mutex_unlock(&shared->mutex);
}

/* ---- the thread */

typedef struct Desk {
    Shared *shared;
    GQueue shown;         /* NotifyNotification *, newest first */
    bool ready;           /* libnotify is at work */
    bool actions, markup; /* what the service can */
} Desk;

/* What a button means; freed with it. */
typedef struct Button {
    Shared *shared;
    NotifyAction action;
    Uuid object;
} Button;

static void button_free(gpointer data)
{
    Button *button = data;
    shared_unref(button->shared);
    g_free(button);
}

static void on_button(NotifyNotification *notification, char *name, gpointer data)
{
    const Button *button = data;
    Event *event = g_new0(Event, 1);
    event->action = button->action;
    event->object = button->object;
    tell(button->shared, event);
    lib.notify_notification_close(notification, NULL); /* not every service does it by itself */
}

static const struct {
    NotifyAction action;
    const char *name; /* on the bus; "default": a click on the notice itself */
    const char *label;
} buttons[] = {
    { NOTIFY_OPEN, "default", N_("Open") },       { NOTIFY_OPEN, "open", N_("Open") },
    { NOTIFY_CONFIRM, "confirm", N_("Confirm") }, { NOTIFY_SNOOZE, "snooze", N_("In an hour") },
    { NOTIFY_UNDO, "undo", N_("Undo") },          { NOTIFY_ACCEPT, "accept", N_("Accept") },
    { NOTIFY_DECLINE, "decline", N_("Decline") }, { NOTIFY_APPROVE, "approve", N_("Approve") },
    { NOTIFY_REFUSE, "refuse", N_("Decline") },
};

static void add_buttons(Desk *desk, NotifyNotification *notification, const Notice *notice)
{
    for (size_t i = 0; desk->actions && i < G_N_ELEMENTS(buttons); i++) {
        if (!(notice->actions & buttons[i].action))
            continue;
        Button *button = g_new0(Button, 1);
        *button = (Button){ shared_ref(desk->shared), buttons[i].action, notice->object };
        lib.notify_notification_add_action(notification, buttons[i].name, _(buttons[i].label),
                                           on_button, button, button_free);
    }
}

static void ask_capabilities(Desk *desk)
{
    GList *names = lib.notify_get_server_caps();
    desk->actions = g_list_find_custom(names, "actions", (GCompareFunc)strcmp) != NULL;
    desk->markup = g_list_find_custom(names, "body-markup", (GCompareFunc)strcmp) != NULL;
    g_list_free_full(names, g_free);
}

/* Without one GDBus would start a bus of its own, by the X server. */
static bool has_bus(void)
{
    const char *address = g_getenv("DBUS_SESSION_BUS_ADDRESS");
    g_autofree char *usual = g_build_filename(g_get_user_runtime_dir(), "bus", NULL);
    return (address && *address) || g_file_test(usual, G_FILE_TEST_EXISTS);
}

static bool begin(Desk *desk, GError **error)
{
    if (!has_bus())
        return problem_set(error, PROBLEM_FAILED, "%s", _("there is no session bus"));
    if (!load(error))
        return false;
    /* The connection is libnotify's too. It must not take the program along when the bus goes. */
    GDBusConnection *connection = lib.g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, error);
    if (!connection)
        return false;
    lib.g_dbus_connection_set_exit_on_close(connection, FALSE);
    lib.g_object_unref(connection);
    if (!lib.notify_init("Leadline"))
        return problem_set(error, PROBLEM_FAILED, "%s", _("libnotify cannot start"));
    ask_capabilities(desk);
    return true;
}

/* With its end the buttons of a notice stop working. */
static void forget_shown(Desk *desk, guint keep)
{
    while (g_queue_get_length(&desk->shown) > keep)
        lib.g_object_unref(g_queue_pop_tail(&desk->shown));
}

/* What failed once is begun anew the next time: the service may be another by then. */
static void end(Desk *desk)
{
    if (!desk->ready)
        return;
    desk->ready = false;
    forget_shown(desk, 0);
    lib.notify_uninit();
}

static bool show(Desk *desk, const Notice *notice, GError **error)
{
    desk->ready = desk->ready || begin(desk, error);
    if (!desk->ready)
        return false;
    g_autofree char *body = desk->markup ? g_markup_escape_text(notice->body, -1)
                                         : g_strdup(notice->body);
    NotifyNotification *notification = lib.notify_notification_new(notice->summary, body, NULL);
    lib.notify_notification_set_category(notification, "im.received");
    lib.notify_notification_set_hint(notification, "desktop-entry",
                                     g_variant_new_string("leadline"));
    add_buttons(desk, notification, notice);
    g_queue_push_head(&desk->shown, notification);
    bool ok = lib.notify_notification_show(notification, error);
    forget_shown(desk, SHOWN_MAX);
    return ok;
}

static Notice *take_next(Shared *shared, guint64 *serial, bool *quit)
{
    g_mutex_lock(&shared->mutex);
    Notice *notice = g_steal_pointer(&shared->next);
    *serial = shared->serial;
    *quit = shared->quit;
    g_mutex_unlock(&shared->mutex);
    return notice;
}

/* "GDBus.Error:NAME: words", without what is for programmers. */
static char *words_of(const GError *error)
{
    const char *text = error ? error->message : "";
    if (strstr(text, "DBus.Error.ServiceUnknown:") || strstr(text, "DBus.Error.NameHasNoOwner:"))
        return g_strdup(_("nothing on this desktop shows them"));
    const char *words = g_str_has_prefix(text, "GDBus.Error:") ? strstr(text, ": ") : NULL;
    return text_clean(words ? words + 2 : text, -1, TEXT_LINE);
}

static void show_and_tell(Desk *desk, const Notice *notice, guint64 serial)
{
    g_autoptr(GError) error = NULL;
    Event *event = g_new0(Event, 1);
    event->serial = serial;
    if (!show(desk, notice, &error)) {
        end(desk);
        event->why = words_of(error);
    }
    tell(desk->shared, event);
}

static gpointer thread_main(gpointer data)
{
    Shared *shared = data;
    Desk desk = { .shared = shared };
    g_main_context_push_thread_default(shared->context);
    for (bool quit = false; !quit;) {
        guint64 serial;
        g_autoptr(Notice) notice = take_next(shared, &serial, &quit);
        if (notice && !quit)
            show_and_tell(&desk, notice, serial);
        else if (!quit)
            g_main_context_iteration(shared->context, TRUE);
    }
    if (desk.ready)
        forget_shown(&desk, 0);
    g_main_context_pop_thread_default(shared->context);
    g_mutex_lock(&shared->mutex);
    shared->ended = true;
    g_mutex_unlock(&shared->mutex);
    shared_unref(shared);
    return NULL;
}

/* ---- the main loop's side */

static void out(Notifier *notifier, const char *why)
{
    g_clear_handle_id(&notifier->patience, g_source_remove);
    notifier->ops.shown(why, notifier->data);
}

static gboolean on_events(GSource *source, GSourceFunc callback, gpointer user)
{
    Notifier *notifier = user;
    g_source_set_ready_time(source, -1);
    for (;;) {
        g_mutex_lock(&notifier->shared->mutex);
        Event *event = g_queue_pop_head(&notifier->shared->events);
        g_mutex_unlock(&notifier->shared->mutex);
        if (!event)
            return G_SOURCE_CONTINUE;
        if (event->action)
            notifier->ops.acted(event->action, &event->object, notifier->data);
        else if (event->serial == notifier->serial && notifier->patience)
            out(notifier, event->why);
        event_free(event);
    }
}

/* GSourceFuncs.dispatch has no user data unless a callback is set: this one only carries it. */
static gboolean carrier(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { .dispatch = on_events };

Notifier *notifier_new(const NotifierOps *ops, gpointer data)
{
    Notifier *notifier = g_new0(Notifier, 1);
    Shared *shared = g_new0(Shared, 1);
    g_atomic_ref_count_init(&shared->references);
    g_mutex_init(&shared->mutex);
    shared->context = g_main_context_new();
    shared->told = g_source_new(&source_funcs, sizeof(GSource));
    g_source_set_callback(shared->told, carrier, notifier, NULL);
    g_source_attach(shared->told, NULL);
    notifier->ops = *ops;
    notifier->data = data;
    notifier->shared = shared;
    return notifier;
}

static bool has_ended(gpointer data)
{
    Shared *shared = data;
    g_mutex_lock(&shared->mutex);
    bool ended = shared->ended;
    g_mutex_unlock(&shared->mutex);
    return ended;
}

void notifier_free(Notifier *notifier)
{
    if (!notifier)
        return;
    Shared *shared = notifier->shared;
    g_clear_handle_id(&notifier->patience, g_source_remove);
    g_mutex_lock(&shared->mutex);
    shared->quit = true;
    GSource *told = g_steal_pointer(&shared->told);
    g_mutex_unlock(&shared->mutex);
    g_source_destroy(told);
    g_source_unref(told);
    g_main_context_wakeup(shared->context);
    if (notifier->thread && clock_wait(has_ended, shared, FAREWELL_MS))
        g_thread_join(notifier->thread);
    else if (notifier->thread)
        g_thread_unref(notifier->thread);
    shared_unref(shared);
    g_free(notifier);
}

static gboolean on_patience(gpointer data)
{
    Notifier *notifier = data;
    notifier->patience = 0;
    out(notifier, _("the notification service does not answer"));
    return G_SOURCE_REMOVE;
}

void notifier_show(Notifier *notifier, Notice *notice)
{
    Shared *shared = notifier->shared;
    g_mutex_lock(&shared->mutex);
    notice_free(shared->next);
    shared->next = notice;
    notifier->serial = ++shared->serial;
    g_mutex_unlock(&shared->mutex);
    if (!notifier->patience)
        notifier->patience = g_timeout_add(NOTIFIER_PATIENCE_MS, on_patience, notifier);
    if (!notifier->thread)
        notifier->thread = g_thread_new("notify", thread_main, shared_ref(shared));
    g_main_context_wakeup(shared->context);
}
