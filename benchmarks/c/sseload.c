/* Listens to event streams by the thousand, publishes to them, and checks and times what comes.
 *
 *     sseload --listen URL --publish URL [--clients N] [--channels K] [--lanes L] [--size BYTES] [--cores A,B,C]
 *             [--stalling N] [--listen-header H]... [--publish-header H]...
 *
 * {n} in a URL is the channel's number. It connects, says so, and then obeys lines on its standard input, each answered
 * by one line of JSON:
 *
 *     run SECONDS WINDOW RATE    publish, at most WINDOW messages on their way, or RATE a second where that is above 0
 *     hook COUNT                 POST {"first": …, "count": COUNT}: the server makes that many messages itself
 *     stall | wake               the first --stalling clients stop reading, or read again
 *
 * A message is JSON with "~S" and its number, and "~END" at its end: what is lost, doubled, out of order or damaged is
 * counted. Messages of one lane (a publishing connection) must come in order, and every channel has one lane.
 *
 * Threads, on a core each: two that listen, one that publishes. Receivers nap between looks instead of sleeping in
 * epoll: waking them would cost the server's core, and it is the server that is measured.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 2, LANES = 64, MESSAGES = 4 << 20, IN_FLIGHT = 64, NAP_NS = 100000, BUCKETS = 64 * 32 };
#define SECOND 1000000000ull
#define GIVEN_UP (3 * SECOND)

typedef struct { int port; char host[64], path[512]; } address;

typedef struct {
    int fd, channel, stalling;
    enum { UNUSED, CONNECTING, IN_HEAD, IN_BODY, CLOSED } state;
    int chunked, chunk_state, warm, kind;
    uint64_t chunk_left;
    uint32_t number;
    char *kept;
    size_t kept_length, kept_room;
    uint32_t *next;                      /* by lane: the lowest number that may come */
} client;

typedef struct {
    pthread_t thread;
    int core, epoll, count;
    client *clients;
    _Atomic uint32_t *received;          /* by message: how many clients have it, */
    _Atomic uint64_t *last_at;           /* when the last one of this thread got it */
    atomic_uint open, failed, warm;
    atomic_ulong closed, gaps, doubled, damaged;
    uint64_t opened_at, latencies[BUCKETS];
    char apart[256];
} receiver;

typedef struct { int fd, busy, length; char answer[131072]; } lane;

static address listen_url, publish_url;
static int clients = 1000, channels = 1, lanes = 2, size = 200, stalling, cores[THREADS + 1] = {-1, -1, -1};
static char listen_headers[2048], publish_headers[2048], *padding;
static receiver receivers[THREADS];
static lane publishers[LANES];
static uint64_t *published_at;
static uint32_t *expected, next_message;
static atomic_int running, ending, asleep;
static unsigned long refused;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(2);
}

static void *zeroed(size_t count, size_t each) {
    void *memory = calloc(count, each);
    if (!memory) fail("memory");
    return memory;
}

static void nap(long nanoseconds) { nanosleep(&(struct timespec){0, nanoseconds}, NULL); }

static void pin(int core) {
    if (core < 0) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

/* A histogram with 32 steps to each power of two. */
static int bucket(uint64_t value) {
    if (value < 32) return value;
    int power = 63 - __builtin_clzll(value);
    return (power - 4) * 32 + ((value >> (power - 5)) & 31);
}

static double bucket_ms(int at) {
    uint64_t value = at < 32 ? (uint64_t)at : (1ull << (at / 32 + 4)) + ((uint64_t)(at % 32) << (at / 32 - 1));
    return value / 1e6;
}

/* ---- listening */

static int stride(void) { return channels == 1 ? lanes : channels; }

static void deliver(receiver *r, client *c, uint64_t at) {
    if (c->kind == 'W') {
        if (!c->warm) c->warm = 1, atomic_fetch_add(&r->warm, 1);
        return;
    }
    uint32_t number = c->number, *next = &c->next[channels == 1 ? number % lanes : 0];
    if (number >= MESSAGES) {
        r->damaged++;
        return;
    }
    if (*next && number > *next) r->gaps += !c->stalling;
    if (number < *next) {
        r->doubled++;
        return;
    }
    *next = number + stride();
    if (c->stalling) return;
    r->latencies[bucket(at - published_at[number])]++;
    atomic_store_explicit(&r->last_at[number], at, memory_order_relaxed);
    atomic_fetch_add_explicit(&r->received[number], 1, memory_order_release);
}

static void take_line(receiver *r, client *c, const char *line, size_t length, uint64_t at) {
    length -= length && line[length - 1] == '\r';
    if (length == 0) {
        if (c->kind) deliver(r, c, at);
        c->kind = 0;
        return;
    }
    if (length < 24 || memcmp(line, "data:", 5)) return;
    const char *mark = memchr(line, '~', length), *end = line + length;
    if (!mark || mark + 12 > end || (mark[1] != 'S' && mark[1] != 'W')) return;
    if (!memmem(end - 12, 12, "~END", 4)) {
        r->damaged++;
        return;
    }
    c->kind = mark[1];
    c->number = strtoul(mark + 2, NULL, 10);
}

static void keep(client *c, const char *data, size_t length) {
    if (c->kept_length + length > c->kept_room) {
        c->kept_room = (c->kept_length + length) * 2;
        c->kept = realloc(c->kept, c->kept_room);
    }
    memcpy(c->kept + c->kept_length, data, length);
    c->kept_length += length;
}

static void take_text(receiver *r, client *c, const char *data, size_t length, uint64_t at) {
    for (const char *end = data + length, *line_end; data < end; data = line_end + 1) {
        line_end = memchr(data, '\n', end - data);
        if (!line_end) {
            keep(c, data, end - data);
            return;
        }
        if (c->kept_length) {
            keep(c, data, line_end - data);
            take_line(r, c, c->kept, c->kept_length, at);
            c->kept_length = 0;
        } else {
            take_line(r, c, data, line_end - data, at);
        }
    }
}

static int hex(char digit) { return digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10; }

static void take_body(receiver *r, client *c, const char *data, size_t length, uint64_t at) {
    enum { SIZE, CONTENT, AFTER, LAST };
    if (!c->chunked) {
        take_text(r, c, data, length, at);
        return;
    }
    for (const char *end = data + length; data < end;) switch (c->chunk_state) {
        case SIZE:
            if (*data == '\n') c->chunk_state = c->chunk_left ? CONTENT : LAST;
            else if (*data != '\r') c->chunk_left = c->chunk_left * 16 + hex(*data);
            data++;
            break;
        case CONTENT: {
            size_t part = end - data;
            if (part > c->chunk_left) part = c->chunk_left;
            take_text(r, c, data, part, at);
            data += part;
            c->chunk_left -= part;
            if (!c->chunk_left) c->chunk_state = AFTER;
            break;
        }
        case AFTER:
            if (*data++ == '\n') c->chunk_state = SIZE;
            break;
        default:
            return;
        }
}

static void take_head(receiver *r, client *c, const char *data, size_t length, uint64_t at) {
    keep(c, data, length);
    char *end = memmem(c->kept, c->kept_length, "\r\n\r\n", 4);
    if (!end) return;
    *end = 0;
    if (strncmp(c->kept, "HTTP/1.1 200", 12) || !strcasestr(c->kept, "text/event-stream")) {
        fprintf(stderr, "no event stream: %.300s\n", c->kept);
        atomic_fetch_add(&r->failed, 1);
        c->state = CLOSED;
        return;
    }
    c->chunked = strcasestr(c->kept, "transfer-encoding: chunked") != NULL;
    c->state = IN_BODY;
    char *head = c->kept;
    size_t rest = c->kept_length - (end + 4 - head);
    c->kept = NULL;
    c->kept_length = c->kept_room = 0;
    take_body(r, c, end + 4, rest, at);
    free(head);
    r->opened_at = at;
    atomic_fetch_add(&r->open, 1);
}

static int dial(const address *to) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    if (fd < 0) fail("socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(to->port)};
    inet_pton(AF_INET, to->host, &at.sin_addr);
    if (connect(fd, (void *)&at, sizeof at) && errno != EINPROGRESS) fail("connect");
    return fd;
}

static void expand(const address *url, int channel, char *path, size_t room) {
    const char *at = strstr(url->path, "{n}");
    if (at) snprintf(path, room, "%.*s%d%s", (int)(at - url->path), url->path, channel, at + 3);
    else snprintf(path, room, "%s", url->path);
}

/* What a browser sends, so that the server has as much to read. */
static void request(client *c) {
    char path[600], text[4096];
    expand(&listen_url, c->channel, path, sizeof path);
    int length = snprintf(text, sizeof text,
        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
        "Accept: text/event-stream\r\nAccept-Language: en-US,en;q=0.5\r\nReferer: http://app.example/dashboard\r\n"
        "Cookie: theme=dark; consent=0123456789abcdef0123456789abcdef\r\nCache-Control: no-cache\r\nPragma: no-cache\r\n"
        "%sConnection: keep-alive\r\n\r\n", path, listen_url.host, listen_url.port, listen_headers);
    if (write(c->fd, text, length) != length) fail("request");
    c->state = IN_HEAD;
}

static void watch(receiver *r, client *c, unsigned events, int operation) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    epoll_ctl(r->epoll, operation, c->fd, &event);
}

static void take(receiver *r, client *c) {
    static __thread char data[262144];
    if (c->state == CONNECTING) {
        request(c);
        watch(r, c, EPOLLIN, EPOLL_CTL_MOD);
        return;
    }
    ssize_t got = recv(c->fd, data, sizeof data, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        if (c->state == IN_HEAD) atomic_fetch_add(&r->failed, 1);
        else r->closed++;
        c->state = CLOSED;
        close(c->fd);
        return;
    }
    if (c->state == IN_HEAD) take_head(r, c, data, got, now());
    else if (c->state == IN_BODY) take_body(r, c, data, got, now());
}

static void *listen_to_all(void *argument) {
    receiver *r = argument;
    struct epoll_event events[512];
    int started = 0, are_asleep = 0, small = 4096;
    pin(r->core);
    prctl(PR_SET_TIMERSLACK, 1000);
    r->epoll = epoll_create1(0);
    while (!ending) {
        while (started < r->count && started - (int)r->open - (int)r->failed < IN_FLIGHT / THREADS) {
            client *c = &r->clients[started++];
            c->fd = dial(&listen_url);
            if (c->stalling) setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
            c->state = CONNECTING;
            watch(r, c, EPOLLOUT, EPOLL_CTL_ADD);
        }
        if (are_asleep != asleep) {
            are_asleep = asleep;
            for (int i = 0; i < r->count; i++)
                if (r->clients[i].stalling && r->clients[i].state == IN_BODY)
                    watch(r, &r->clients[i], EPOLLIN, are_asleep ? EPOLL_CTL_DEL : EPOLL_CTL_ADD);
        }
        int quick = running, count = epoll_wait(r->epoll, events, 512, quick ? 0 : 20);
        for (int i = 0; i < count; i++) take(r, events[i].data.ptr);
        if (quick && count <= 0) nap(NAP_NS);
    }
    return NULL;
}

static unsigned total(size_t offset) {
    unsigned sum = 0;
    for (int i = 0; i < THREADS; i++) sum += atomic_load((atomic_uint *)((char *)&receivers[i] + offset));
    return sum;
}
#define TOTAL(field) total(offsetof(receiver, field))

static unsigned long errors(size_t offset) {
    unsigned long sum = 0;
    for (int i = 0; i < THREADS; i++) sum += atomic_load((atomic_ulong *)((char *)&receivers[i] + offset));
    return sum;
}
#define ERRORS(field) errors(offsetof(receiver, field))

static uint32_t received(uint32_t message) {
    uint32_t sum = 0;
    for (int i = 0; i < THREADS; i++) sum += atomic_load_explicit(&receivers[i].received[message], memory_order_acquire);
    return sum;
}

/* ---- publishing */

static void post(lane *by, int channel, const char *body, int length) {
    static char text[131072];
    char path[600];
    expand(&publish_url, channel, path, sizeof path);
    if (by->fd < 0) by->fd = dial(&publish_url);
    int head = snprintf(text, sizeof text,
        "POST %s HTTP/1.1\r\nHost: %s:%d\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
        path, publish_url.host, publish_url.port, publish_headers, length);
    memcpy(text + head, body, length);
    for (int at = 0; at < head + length;) {
        ssize_t sent = send(by->fd, text + at, head + length - at, MSG_NOSIGNAL);
        if (sent > 0) at += sent;
        else if (errno == EAGAIN || errno == ENOTCONN) poll(&(struct pollfd){by->fd, POLLOUT, 0}, 1, 1000);
        else fail("publish");
    }
    by->busy = 1;
    by->length = 0;
}

static void post_message(lane *by, char kind, uint32_t number) {
    static char body[65536];
    int length = sprintf(body, "{\"type\":\"load\",\"m\":\"~%c%010u\",\"pad\":\"", kind, number);
    length += sprintf(body + length, "%.*s\",\"z\":\"~END\"}", size > length + 14 ? size - length - 14 : 0, padding);
    if (kind == 'S') published_at[number] = now();
    post(by, number % channels, body, length);
}

/* Read the answer to a POST: any 2xx with a Content-Length, in chunks, or without a body. */
static void take_answer(lane *by) {
    if (!by->busy) return;
    ssize_t got = recv(by->fd, by->answer + by->length, sizeof by->answer - 1 - by->length, 0);
    if (got < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
    if (got <= 0) fail("no answer to a POST");
    by->length += got;
    by->answer[by->length] = 0;
    char *body = strstr(by->answer, "\r\n\r\n");
    if (!body) return;
    body += 4;
    char *header = strcasestr(by->answer, "\r\ncontent-length:");
    if (header && header < body) {
        if (by->answer + by->length < body + atoi(header + 17)) return;
    } else if ((header = strcasestr(by->answer, "transfer-encoding: chunked")) && header < body) {
        if (!strstr(body, "0\r\n\r\n")) return;
    }
    if (by->answer[9] != '2' && refused++ < 3) fprintf(stderr, "refused: %.400s\n", by->answer);
    header = strcasestr(by->answer, "\r\nconnection: close");
    if (header && header < body) close(by->fd), by->fd = -1;
    by->busy = 0;
}

static int any_busy(void) {
    int busy = 0;
    for (int i = 0; i < lanes; i++) take_answer(&publishers[i]), busy |= publishers[i].busy;
    return busy;
}

/* Wait a moment, or less if an answer comes: the publisher's core is not for spinning. */
static void rest_a_little(void) {
    struct pollfd polled[LANES];
    int count = 0;
    for (int i = 0; i < lanes; i++)
        if (publishers[i].busy) polled[count++] = (struct pollfd){publishers[i].fd, POLLIN, 0};
    ppoll(polled, count, &(struct timespec){0, NAP_NS}, NULL);
}

static void warm_up(void) {
    uint64_t end = now() + 60 * SECOND;
    while (TOTAL(warm) < TOTAL(open)) {
        for (int channel = 0; channel < channels && TOTAL(warm) < TOTAL(open); channel++) {
            post_message(&publishers[0], 'W', channel);
            while (any_busy()) rest_a_little();
        }
        uint64_t look_until = now() + SECOND;
        while (TOTAL(warm) < TOTAL(open) && now() < look_until) nap(NAP_NS);
        if (now() > end) {
            fprintf(stderr, "only %u of %u clients get messages\n", TOTAL(warm), TOTAL(open));
            exit(2);
        }
    }
}

static int by_size(const void *one, const void *other) {
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return a < b ? -1 : a > b;
}

/* Everything up to here is delivered, or given up because nothing came for too long. */
static uint32_t settle(uint32_t from, uint64_t *moved_at) {
    static uint32_t had;
    while (from < next_message) {
        uint32_t has = received(from);
        if (has < expected[from % channels] && has != had) had = has, *moved_at = now();
        if (has < expected[from % channels] && now() < *moved_at + GIVEN_UP) break;
        if (has >= expected[from % channels]) *moved_at = now();
        from++;
        had = 0;
    }
    return from;
}

static void print_share(const char *name, const uint64_t *histogram, uint64_t all, double share) {
    uint64_t sum = 0;
    int at = 0;
    while (at < BUCKETS - 1 && (sum += histogram[at]) < all * share) at++;
    printf(",\"%s\":%.3f", name, all ? bucket_ms(at) : 0.0);
}

static void report(uint32_t first, uint64_t started_at) {
    uint64_t last = started_at, *latencies = zeroed(next_message - first + 1, 8), delivered = 0, lost = 0, all = 0;
    static uint64_t histogram[BUCKETS];
    uint32_t counted = 0;
    memset(histogram, 0, sizeof histogram);
    for (uint32_t message = first; message < next_message; message++) {
        uint64_t at = 0;
        for (int i = 0; i < THREADS; i++) if (receivers[i].last_at[message] > at) at = receivers[i].last_at[message];
        uint32_t has = received(message);
        delivered += has;
        lost += has < expected[message % channels] ? expected[message % channels] - has : 0;
        if (has) latencies[counted++] = at - published_at[message];
        if (at > last) last = at;
    }
    for (int i = 0; i < THREADS; i++)
        for (int at = 0; at < BUCKETS; at++) histogram[at] += receivers[i].latencies[at], all += receivers[i].latencies[at];
    qsort(latencies, counted, 8, by_size);
    printf("{\"messages\":%u,\"deliveries\":%lu,\"seconds\":%.6f,\"lost\":%lu,\"gaps\":%lu,\"doubled\":%lu,\"damaged\":%lu,"
           "\"closed\":%lu,\"refused\":%lu,\"last_p50\":%.3f,\"last_p99\":%.3f",
           next_message - first, delivered, (last - started_at) / 1e9, lost, ERRORS(gaps), ERRORS(doubled), ERRORS(damaged),
           ERRORS(closed), refused, counted ? latencies[counted / 2] / 1e6 : 0.0,
           counted ? latencies[(uint32_t)(counted * 0.99)] / 1e6 : 0.0);
    print_share("each_p50", histogram, all, 0.5);
    print_share("each_p99", histogram, all, 0.99);
    puts("}");
    fflush(stdout);
    free(latencies);
}

static void begin(void) {
    for (int i = 0; i < THREADS; i++) memset(receivers[i].latencies, 0, sizeof receivers[i].latencies);
    for (int i = 0; i < lanes; i++)      /* servers close what was idle for long */
        if (publishers[i].fd >= 0) close(publishers[i].fd), publishers[i].fd = -1;
    running = 1;
    nap(30000000);                       /* receivers may be in their longer wait */
}

static void run(double seconds, unsigned window, double rate) {
    begin();
    uint32_t first = next_message, settled = first;
    uint64_t started_at = now(), until = started_at + (uint64_t)(seconds * SECOND), moved_at = started_at;
    for (;;) {
        int busy = any_busy();
        settled = settle(settled, &moved_at);
        uint64_t at = now();
        if (at >= until || next_message == MESSAGES) {
            if (settled == next_message && !busy) break;
            rest_a_little();
            continue;
        }
        lane *by = &publishers[channels == 1 ? next_message % lanes : next_message % channels % lanes];
        int due = rate > 0 ? at >= started_at + (uint64_t)((next_message - first) * (SECOND / rate))
                           : next_message - settled < window;
        if (due && !by->busy) {
            if (settled == next_message) moved_at = at;
            post_message(by, 'S', next_message++);
        } else {
            rest_a_little();
        }
    }
    report(first, started_at);
    running = 0;
}

static void run_hook(unsigned count) {
    char body[128];
    begin();
    uint32_t first = next_message, settled = first;
    uint64_t started_at = now(), moved_at = started_at;
    next_message += count;
    for (uint32_t message = first; message < next_message; message++) published_at[message] = started_at;
    post(&publishers[0], 0, body, sprintf(body, "{\"first\":%u,\"count\":%u}", first, count));
    while (any_busy() || (settled = settle(settled, &moved_at)) < next_message) rest_a_little();
    report(first, started_at);
    running = 0;
}

/* ---- the command line */

static void parse_url(const char *text, address *url) {
    if (sscanf(text, "http://%63[^:/]:%d%511s", url->host, &url->port, url->path) != 3) {
        fprintf(stderr, "not a URL of the form http://127.0.0.1:PORT/PATH: %s\n", text);
        exit(2);
    }
}

static void add_header(char *headers, const char *header) {
    strcat(strncat(headers, header, 1024), "\r\n");
}

static void parse(int argc, char **argv) {
    static struct option options[] = {
        {"listen", 1, 0, 'u'}, {"publish", 1, 0, 'p'}, {"clients", 1, 0, 'n'}, {"channels", 1, 0, 'k'}, {"lanes", 1, 0, 'l'},
        {"size", 1, 0, 's'}, {"cores", 1, 0, 'c'}, {"stalling", 1, 0, 'z'}, {"listen-header", 1, 0, 'h'},
        {"publish-header", 1, 0, 'H'}, {0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) switch (option) {
        case 'u': parse_url(optarg, &listen_url); break;
        case 'p': parse_url(optarg, &publish_url); break;
        case 'n': clients = atoi(optarg); break;
        case 'k': channels = atoi(optarg); break;
        case 'l': lanes = atoi(optarg); break;
        case 's': size = atoi(optarg); break;
        case 'c': sscanf(optarg, "%d,%d,%d", &cores[0], &cores[1], &cores[2]); break;
        case 'z': stalling = atoi(optarg); break;
        case 'h': add_header(listen_headers, optarg); break;
        case 'H': add_header(publish_headers, optarg); break;
        default: exit(2);
        }
    if (!listen_url.port || !publish_url.port || lanes > LANES || lanes < 1 || size > 60000) {
        fputs("--listen and --publish are needed; at most 64 lanes and 60000 bytes\n", stderr);
        exit(2);
    }
}

static void start(void) {
    published_at = zeroed(MESSAGES, 8);
    expected = zeroed(channels, 4);
    padding = memset(zeroed(size + 1, 1), 'x', size);
    for (int i = 0; i < LANES; i++) publishers[i].fd = -1;
    for (int i = 0; i < THREADS; i++) {
        receivers[i].core = cores[i];
        receivers[i].clients = zeroed(clients / THREADS + 1, sizeof(client));
        receivers[i].received = zeroed(MESSAGES, 4);
        receivers[i].last_at = zeroed(MESSAGES, 8);
    }
    for (int i = 0; i < clients; i++) {
        receiver *r = &receivers[i % THREADS];
        client *c = &r->clients[r->count++];
        c->channel = i % channels;
        c->stalling = i < stalling;
        c->next = zeroed(channels == 1 ? lanes : 1, 4);
        expected[c->channel] += !c->stalling;
    }
    uint64_t started_at = now(), last = started_at;
    for (int i = 0; i < THREADS; i++) pthread_create(&receivers[i].thread, NULL, listen_to_all, &receivers[i]);
    while ((int)(TOTAL(open) + TOTAL(failed)) < clients && now() < started_at + 120 * SECOND) nap(1000000);
    for (int i = 0; i < THREADS; i++) if (receivers[i].opened_at > last) last = receivers[i].opened_at;
    printf("{\"open\":%u,\"failed\":%u,\"seconds\":%.6f}\n", TOTAL(open), TOTAL(failed), (last - started_at) / 1e9);
    fflush(stdout);
}

int main(int argc, char **argv) {
    char line[128];
    double seconds, rate;
    unsigned count;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    parse(argc, argv);
    pin(cores[THREADS]);
    prctl(PR_SET_TIMERSLACK, 1000);
    start();
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "run %lf %u %lf", &seconds, &count, &rate) == 3) run(seconds, count, rate);
        else if (sscanf(line, "hook %u", &count) == 1) run_hook(count);
        else if (!strcmp(line, "warm\n")) warm_up(), puts("{}"), fflush(stdout);
        else if (!strcmp(line, "stall\n") || !strcmp(line, "wake\n")) {
            asleep = line[0] == 's';
            puts("{}"), fflush(stdout);
        }
        else break;
    }
    ending = 1;
    struct linger at_once = {1, 0};      /* no TIME_WAIT: ports would run out */
    for (int i = 0; i < THREADS; i++) {
        pthread_join(receivers[i].thread, NULL);
        for (int j = 0; j < receivers[i].count; j++)
            if (receivers[i].clients[j].state != CLOSED)
                setsockopt(receivers[i].clients[j].fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    return 0;
}
