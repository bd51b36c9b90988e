/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A notification service that remembers, on the session bus of the environment.
 *
 *   notify-desk bus                     a private bus where programs look for it ($XDG_RUNTIME_DIR/bus), without a service that starts by itself
 *   notify-desk serve [CAPABILITY...]   takes org.freedesktop.Notifications and prints "notice N" for each notice; what it was
 *                                       told is in $WORLD/notices, a line each: N|summary|body|action,label,...
 *   notify-desk press N ACTION          a person presses that button of notice N
 *   notify-desk hang                    from now on it takes every call and answers none
 */
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"
#define DESK "test.leadline.Desk"

static const char xml[] =
    "<node><interface name='" NAME "'>"
    "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
    "<method name='GetServerInformation'><arg type='s' direction='out'/><arg type='s' "
    "direction='out'/><arg type='s' direction='out'/><arg type='s' direction='out'/></method>"
    "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg "
    "type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/><arg "
    "type='as' direction='in'/><arg type='a{sv}' direction='in'/><arg type='i' direction='in'/>"
    "<arg type='u' direction='out'/></method>"
    "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
    "<signal name='ActionInvoked'><arg type='u'/><arg type='s'/></signal>"
    "<signal name='NotificationClosed'><arg type='u'/><arg type='u'/></signal>"
    "</interface><interface name='" DESK "'>"
    "<method name='Press'><arg type='u' direction='in'/><arg type='s' direction='in'/></method>"
    "<method name='Hang'/>"
    "</interface></node>";

typedef struct Desk {
    const char *const *capabilities;
    guint32 n;
    bool hangs;
} Desk;

/* Control characters as \n, \033; the rest as it is. */
static char *visible(const char *text)
{
    char rest[131] = "\"";

    for (int i = 0; i < 128; i++)
        rest[1 + i] = (char)(128 + i);
    return g_strescape(text, rest);
}

static void write_down(guint32 n, const char *summary, const char *body, const char *const *actions)
{
    g_autofree char *path = g_build_filename(g_getenv("WORLD"), "notices", NULL);
    g_autofree char *plain_summary = visible(summary);
    g_autofree char *plain_body = visible(body);
    g_autofree char *buttons = g_strjoinv(",", (char **)actions);
    FILE *file = fopen(path, "a");

    fprintf(file, "%u|%s|%s|%s\n", n, plain_summary, plain_body, buttons);
    fclose(file);
    printf("notice %u\n", n);
    fflush(stdout);
}

static guint32 take_notice(Desk *desk, GVariant *arguments)
{
    const char *summary, *body;
    g_autofree const char **actions = NULL;

    g_variant_get(arguments, "(&su&s&s&s^a&s@a{sv}i)", NULL, NULL, NULL, &summary, &body, &actions,
                  NULL, NULL);
    write_down(++desk->n, summary, body, actions);
    return desk->n;
}

static void on_call(GDBusConnection *connection, const char *sender, const char *path,
                    const char *interface, const char *method, GVariant *arguments,
                    GDBusMethodInvocation *call, gpointer data)
{
    Desk *desk = data;
    GVariant *reply = NULL;

    if (strcmp(method, "GetCapabilities") == 0) {
        reply = g_variant_new("(^as)", desk->capabilities);
    } else if (strcmp(method, "GetServerInformation") == 0) {
        reply = g_variant_new("(ssss)", "notify-desk", "leadline", "1", "1.2");
    } else if (strcmp(method, "Notify") == 0) {
        reply = g_variant_new("(u)", take_notice(desk, arguments));
    } else if (strcmp(method, "Press") == 0) {
        g_dbus_connection_emit_signal(connection, NULL, PATH, NAME, "ActionInvoked", arguments,
                                      NULL);
    } else if (strcmp(method, "Hang") == 0) {
        g_dbus_method_invocation_return_value(call, NULL);
        desk->hangs = true;
        return;
    }
    if (!desk->hangs)
        g_dbus_method_invocation_return_value(call, reply);
}

static void on_name(GDBusConnection *connection, const char *name, gpointer data)
{
    printf("ready\n");
    fflush(stdout);
}

static void on_no_name(GDBusConnection *connection, const char *name, gpointer data)
{
    g_error("no bus, or somebody has %s already", name);
}

static void on_bus(GDBusConnection *connection, const char *name, gpointer data)
{
    static const GDBusInterfaceVTable table = { .method_call = on_call };
    GDBusNodeInfo *node = g_dbus_node_info_new_for_xml(xml, NULL);

    for (int i = 0; node->interfaces[i]; i++)
        g_dbus_connection_register_object(connection, PATH, node->interfaces[i], &table, data, NULL,
                                          NULL);
    g_dbus_node_info_unref(node);
}

static int serve(const char *const *capabilities)
{
    Desk desk = { .capabilities = capabilities };
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);

    g_bus_own_name(G_BUS_TYPE_SESSION, NAME, G_BUS_NAME_OWNER_FLAGS_NONE, on_bus, on_name,
                   on_no_name, &desk, NULL);
    g_main_loop_run(loop);
    return 0;
}

static int ask(const char *method, GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, &error);
    g_autoptr(GVariant)
        reply = bus ? g_dbus_connection_call_sync(bus, NAME, PATH, DESK, method, arguments, NULL, 0,
                                                  10000, NULL, &error)
                    : NULL;

    if (!reply)
        fprintf(stderr, "notify-desk: %s\n", error->message);
    return reply ? 0 : 1;
}

static int bus(void)
{
    g_autofree char *config = g_build_filename(g_getenv("WORLD"), "bus.conf", NULL);
    g_autofree char *text = g_strdup_printf(
        "<busconfig><type>session</type><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth>"
        "<policy context='default'><allow send_destination='*'/><allow receive_sender='*'/>"
        "<allow own='*'/></policy></busconfig>\n",
        g_getenv("XDG_RUNTIME_DIR"));
    g_autofree char *option = g_strconcat("--config-file=", config, NULL);

    if (!g_file_set_contents(config, text, -1, NULL))
        return 1;
    execlp("dbus-daemon", "dbus-daemon", option, "--nofork", "--nopidfile", "--print-address",
           NULL);
    return 127;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (strcmp(what, "bus") == 0)
        return bus();
    if (strcmp(what, "serve") == 0)
        return serve((const char *const *)argv + 2);
    if (strcmp(what, "hang") == 0)
        return ask("Hang", NULL);
    if (strcmp(what, "press") == 0 && argc == 4)
        return ask("Press",
                   g_variant_new("(us)", (guint32)g_ascii_strtoull(argv[2], NULL, 10), argv[3]));
    fprintf(stderr, "usage: notify-desk bus | serve [CAPABILITY...] | press N ACTION | hang\n");
    return 64;
}
