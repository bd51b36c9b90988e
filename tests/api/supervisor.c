/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A systemd of one unit, for tests: it holds the listening socket, hands it to the program (LISTEN_FDS), and prints what
 * that tells it (NOTIFY_SOCKET), a line each, with "exit STATUS" when it has ended.
 *
 *   supervisor SOCKET NAME WATCHDOG-MS COMMAND [ARGUMENT...]
 *
 * SOCKET: a path, or a port of the loopback. Lines of standard input: "start", "stop" (SIGTERM), "hup" (SIGHUP), "signal"
 * (SIGKILL). The end of the input ends the program, and then this.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int listening, notifications;
static char notify_name[64];
static pid_t child;

static void check(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "supervisor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int listen_on(const char *text)
{
    struct sockaddr_in in = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)g_ascii_strtoll(text, NULL, 10)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    bool is_path = strchr(text, '/') != NULL;
    g_strlcpy(un.sun_path, text, sizeof un.sun_path);
    int fd = socket(is_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    check(bind(fd, is_path ? (struct sockaddr *)&un : (struct sockaddr *)&in,
               is_path ? sizeof un : sizeof in) == 0 &&
              listen(fd, 1024) == 0,
          text);
    return fd;
}

/* A name of the abstract kind: nothing to clean up. */
static int open_notifications(void)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    g_snprintf(notify_name, sizeof notify_name, "@leadline-test-%d", (int)getpid());
    g_strlcpy(un.sun_path + 1, notify_name + 1, sizeof un.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    check(bind(fd, (struct sockaddr *)&un,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(notify_name))) == 0,
          "the notify socket");
    return fd;
}

static void start(char **argv)
{
    child = fork();
    check(child >= 0, "fork");
    if (child > 0)
        return;
    char pid[32];
    g_snprintf(pid, sizeof pid, "%d", (int)getpid());
    g_autofree char *us = g_strdup_printf("%lld", atoll(argv[3]) * 1000);
    g_setenv("LISTEN_PID", pid, true);
    g_setenv("LISTEN_FDS", "1", true);
    g_setenv("LISTEN_FDNAMES", argv[2], true);
    g_setenv("NOTIFY_SOCKET", notify_name, true);
    g_setenv("WATCHDOG_PID", pid, true);
    if (atoll(argv[3]) > 0)
        g_setenv("WATCHDOG_USEC", us, true);
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    if (listening == 3)
        fcntl(3, F_SETFD, 0);
    else
        dup2(listening, 3);
    execvp(argv[4], argv + 4);
    _exit(127);
}

static void print_notifications(void)
{
    char text[4096];
    for (ssize_t n; (n = recv(notifications, text, sizeof text - 1, 0)) > 0;) {
        text[n] = '\0';
        puts(text);
    }
    fflush(stdout);
}

static void reap(bool wait_for_it)
{
    int status;
    if (child <= 0 || waitpid(child, &status, wait_for_it ? 0 : WNOHANG) != child)
        return;
    print_notifications();
    printf("exit %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    fflush(stdout);
    child = 0;
}

static void obey(const char *word, char **argv)
{
    if (strcmp(word, "start") == 0)
        start(argv);
    else if (child > 0)
        kill(child, strcmp(word, "hup") == 0    ? SIGHUP
                    : strcmp(word, "stop") == 0 ? SIGTERM
                                                : SIGKILL);
}

int main(int argc, char **argv)
{
    char line[64];
    check(argc > 4, "SOCKET NAME WATCHDOG-MS COMMAND");
    listening = listen_on(argv[1]);
    notifications = open_notifications();
    setvbuf(stdin, NULL, _IONBF, 0);
    for (;;) {
        struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                                { .fd = notifications, .events = POLLIN } };
        poll(fds, G_N_ELEMENTS(fds), 50); /* and look for the end of the child */
        print_notifications();
        reap(false);
        if (!fds[0].revents)
            continue;
        if (!fgets(line, sizeof line, stdin))
            break;
        line[strcspn(line, "\n")] = '\0';
        obey(line, argv);
    }
    if (child > 0)
        kill(child, SIGTERM);
    reap(true);
    return 0;
}
