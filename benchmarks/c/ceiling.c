/* The most that one core can do: an event stream server in C with nothing in it.
 *
 *     ceiling PORT        GET /sse/{number} listens, POST /pub/{number} publishes its body as one `data:` line
 *
 * One thread, one epoll, one send per listener and message. No names, no authentication, no ids, no replay, no
 * heartbeat; a listener that does not read loses messages without being told. It trusts its only client, sseload.c.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHANNELS = 100000, EVENTS = 256, REQUEST = 32768, FRAME = 65536 };

typedef struct connection {
    int fd, channel, place;              /* channel: -1 as long as it does not listen */
    char *input;
    int length;
    char *rest;                          /* what the kernel did not take of the last message, */
    int rest_length;                     /* nothing is sent before that is gone */
} connection;

typedef struct {
    connection **listeners;
    int *fds;                            /* what a fan-out walks; -1 where a rest waits */
    int count, room;
} channel;

static channel channels[CHANNELS];
static int epoll;

static void watch(connection *c, unsigned events, int operation) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    epoll_ctl(epoll, operation, c->fd, &event);
}

static void forget(connection *c) {
    if (c->channel >= 0) {
        channel *of = &channels[c->channel];
        of->count--;
        of->listeners[c->place] = of->listeners[of->count];
        of->fds[c->place] = of->fds[of->count];
        of->listeners[c->place]->place = c->place;
    }
    close(c->fd);
    free(c->input);
    free(c->rest);
    free(c);
}

static void fan_out(channel *to, const char *frame, int length) {
    for (int i = 0; i < to->count; i++) {
        if (to->fds[i] < 0) continue;
        ssize_t sent = send(to->fds[i], frame, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent == length || sent < 0) continue;
        connection *c = to->listeners[i];
        c->rest_length = length - sent;
        c->rest = malloc(c->rest_length);
        memcpy(c->rest, frame + sent, c->rest_length);
        to->fds[i] = -1;
        watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }
}

static void send_rest(connection *c) {
    ssize_t sent = send(c->fd, c->rest, c->rest_length, MSG_NOSIGNAL);
    if (sent <= 0) return;
    c->rest_length -= sent;
    memmove(c->rest, c->rest + sent, c->rest_length);
    if (c->rest_length) return;
    free(c->rest);
    c->rest = NULL;
    channels[c->channel].fds[c->place] = c->fd;
    watch(c, EPOLLIN, EPOLL_CTL_MOD);
}

static int number_in(const char *request, const char *prefix) {
    const char *at = strstr(request, prefix);
    return at ? atoi(at + strlen(prefix)) % CHANNELS : 0;
}

static int listen_to(connection *c) {
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    c->channel = number_in(c->input, "/sse/");
    channel *of = &channels[c->channel];
    if (of->count == of->room) {
        of->room = of->room ? of->room * 2 : 16;
        of->listeners = realloc(of->listeners, of->room * sizeof *of->listeners);
        of->fds = realloc(of->fds, of->room * sizeof *of->fds);
    }
    c->place = of->count++;
    of->listeners[c->place] = c;
    of->fds[c->place] = c->fd;
    free(c->input);
    c->input = NULL;
    return send(c->fd, head, sizeof head - 1, MSG_NOSIGNAL);
}

/* Answer what has arrived in full. Returns below 0 where the connection is of no use any more. */
static int answer(connection *c) {
    static const char done[] = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
    static char frame[FRAME];
    while (c->length) {
        c->input[c->length] = 0;
        char *end = strstr(c->input, "\r\n\r\n");
        if (!end) return 0;
        if (c->input[0] == 'G') return listen_to(c);
        char *body = end + 4, *header = strcasestr(c->input, "content-length:");
        int size = header ? atoi(header + 15) : 0, whole = body - c->input + size;
        if (c->length < whole) return 0;
        int length = sprintf(frame, "%x\r\ndata: ", size + 8);
        memcpy(frame + length, body, size);
        memcpy(frame + length + size, "\n\n\r\n", 4);
        fan_out(&channels[number_in(c->input, "/pub/")], frame, length + size + 4);
        if (send(c->fd, done, sizeof done - 1, MSG_NOSIGNAL) < 0) return -1;
        c->length -= whole;
        memmove(c->input, c->input + whole, c->length);
    }
    return 0;
}

static void take_input(connection *c) {
    char ignored[512];
    char *into = c->channel < 0 ? c->input + c->length : ignored;
    size_t room = c->channel < 0 ? (size_t)(REQUEST - 1 - c->length) : sizeof ignored;
    ssize_t got = recv(c->fd, into, room, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        forget(c);
        return;
    }
    if (c->channel >= 0) return;
    c->length += got;
    if (answer(c) < 0) forget(c);
}

static void take_connections(int listening) {
    int on = 1, fd;
    for (int i = 0; i < 64 && (fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0; i++) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connection *c = calloc(1, sizeof *c);
        c->fd = fd;
        c->channel = -1;
        c->input = malloc(REQUEST);
        watch(c, EPOLLIN, EPOLL_CTL_ADD);
    }
}

int main(int argc, char **argv) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listening, (void *)&address, sizeof address) || listen(listening, 4096)) {
        perror("ceiling");
        return 1;
    }
    epoll = epoll_create1(0);
    struct epoll_event first = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &first);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            connection *c = events[i].data.ptr;
            if (!c) take_connections(listening);
            else if (c->rest && events[i].events & EPOLLOUT) send_rest(c);
            else if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) take_input(c);
        }
    }
}
