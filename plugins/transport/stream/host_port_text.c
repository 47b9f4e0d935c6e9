/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with an address, by its text. */
#include "host_port_text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"
#define NAME   DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._"

/* --- Taking it apart --- */

static mpcf_status fail_scheme(const char *text, const char *rest, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "address '%s' begins with a scheme; the form is host:port: write '%.*s'", text,
                     (int) strcspn(rest, "/"), rest);
}

static mpcf_status fail_form(const char *text, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_CONFIG, "address '%s' is not of the form host:port or [ipv6]:port",
                     text);
}

static mpcf_status fail_no_port(const char *text, mpcf_error *err)
{
    size_t length = strcspn(text, text[0] == '[' ? "" : ":");

    if (text[0] != '\0' && strspn(text, DIGITS) == strlen(text)) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "address '%s' has no host; the form is host:port: write 'HOST:%s'", text,
                         text);
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "address '%s' has no port; the form is host:port: write '%.*s:PORT'", text,
                     (int) length, text);
}

static bool is_v6(const char *text, size_t length)
{
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (length >= sizeof(copy)) {
        return false;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    return inet_pton(AF_INET6, copy, &address) == 1;
}

/* More than one colon, and no brackets. "::1:9001" is an IPv6 address, too; rather a port is meant. */
static mpcf_status fail_colons(const char *text, const char *colon, mpcf_error *err)
{
    size_t before = (size_t) (colon - text);

    if (is_v6(text, before) && strspn(colon + 1, DIGITS) == strlen(colon + 1)) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "address '%s': an IPv6 address stands in brackets: write '[%.*s]:%s'",
                         text, (int) before, text, colon + 1);
    }
    if (is_v6(text, strlen(text))) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "address '%s': an IPv6 address stands in brackets, before its port: "
                         "write '[%s]:PORT'",
                         text, text);
    }
    return fail_form(text, err);
}

/* Where host and port meet, or NULL with the error. */
static const char *find_colon(const char *text, mpcf_error *err)
{
    const char *scheme = strstr(text, "://"), *colon = strrchr(text, ':');
    const char *bracket = text[0] == '[' ? strchr(text, ']') : NULL;

    if (scheme != NULL) {
        (void) fail_scheme(text, scheme + 3, err);
    } else if (bracket != NULL && bracket[1] == ':') {
        return bracket + 1;
    } else if (text[0] == '[' && (bracket == NULL || bracket[1] != '\0')) {
        (void) fail_form(text, err);
    } else if (colon == NULL || bracket != NULL || colon[1] == '\0') {
        (void) fail_no_port(text, err);
    } else if (memchr(text, ':', (size_t) (colon - text)) != NULL) {
        (void) fail_colons(text, colon, err);
    } else {
        return colon;
    }
    return NULL;
}

/* *PORT: the text behind the last colon. */
static mpcf_status split(const char *text, struct host_port_parts *parts, const char **port,
                         mpcf_error *err)
{
    const char *colon = find_colon(text, err);

    if (colon == NULL) {
        return MPCF_E_CONFIG;
    }
    parts->is_v6 = text[0] == '[';
    const char *begin = text + parts->is_v6;
    size_t length = (size_t) (colon - begin) - parts->is_v6;
    if (length >= HOST_PORT_HOST) {
        return mpcf_fail(err, MPCF_E_CONFIG, "address '%.40s...': a host has at most %d characters",
                         text, HOST_PORT_HOST - 1);
    }
    memcpy(parts->host, begin, length);
    parts->host[length] = '\0';
    *port = colon + 1;
    return MPCF_OK;
}

/* --- Judging the parts --- */

static mpcf_status check_port(const char *text, const char *port, bool is_listen, mpcf_error *err)
{
    size_t length = strlen(port), zeros = strspn(port, "0");

    if (length == 0 || strspn(port, DIGITS) != length) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "address '%s': port '%s' is not a number from 1 to 65535", text, port);
    }
    if (length - zeros > 5 || strtoul(port, NULL, 10) > 65535) {
        return mpcf_fail(err, MPCF_E_CONFIG, "address '%s': port %s is beyond 65535", text, port);
    }
    if (zeros == length && !is_listen) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "address '%s': port 0 lets a listener take any port; nobody can be called "
                         "there",
                         text);
    }
    return MPCF_OK;
}

static mpcf_status fail_every(const char *text, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "address '%s' is every interface of a machine, to be listened on; to call it "
                     "takes the machine's name or address",
                     text);
}

static mpcf_status fail_group(const char *text, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_CONFIG, "address '%s' is that of a group, not of a machine", text);
}

static mpcf_status check_v4(const char *text, uint32_t address, bool is_listen, mpcf_error *err)
{
    if (address == INADDR_ANY && !is_listen) {
        return fail_every(text, err);
    }
    return IN_MULTICAST(address) || address == INADDR_BROADCAST ? fail_group(text, err) : MPCF_OK;
}

static mpcf_status check_v6(const char *text, const char *host, bool is_listen, mpcf_error *err)
{
    struct in6_addr address;
    size_t length = strcspn(host, "%");
    char number[HOST_PORT_HOST];

    (void) snprintf(number, sizeof(number), "%.*s", (int) length, host);
    if (inet_pton(AF_INET6, number, &address) != 1) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "address '%s': brackets are for IPv6 addresses, and '%s' is none", text,
                         host);
    }
    if (IN6_IS_ADDR_UNSPECIFIED(&address) && !is_listen) {
        return fail_every(text, err);
    }
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
        uint32_t v4;
        memcpy(&v4, &address.s6_addr[12], sizeof(v4));
        return check_v4(text, ntohl(v4), is_listen, err);
    }
    if (IN6_IS_ADDR_LINKLOCAL(&address) && host[length] == '\0') {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "address '%s' is of one link only: name the interface, as '[%s%%eth0]:%s'",
                         text, host, strrchr(text, ':') + 1);
    }
    return IN6_IS_ADDR_MULTICAST(&address) ? fail_group(text, err) : MPCF_OK;
}

/* "10.0.0.256", "10.0.1": the system takes some such texts for addresses that nobody means. */
static bool ends_in_number(const char *host)
{
    const char *dot = strrchr(host, '.'), *last = dot == NULL ? host : dot + 1;

    return *last != '\0' && strspn(last, DIGITS) == strlen(last);
}

static mpcf_status check_name(const char *text, const char *host, bool is_listen, mpcf_error *err)
{
    struct in_addr v4;

    if (host[0] == '\0') {
        return is_listen ? MPCF_OK : fail_every(text, err);
    }
    if (strcmp(host, "*") == 0) {
        return mpcf_fail(err, MPCF_E_CONFIG, "address '%s': every interface is written ':%s'", text,
                         strrchr(text, ':') + 1);
    }
    for (const char *at = host; *at != '\0'; at++) {
        if ((unsigned char) *at < 0x80 && strchr(NAME, *at) == NULL) {
            return mpcf_fail(err, MPCF_E_CONFIG, "address '%s': no host is called '%s'", text,
                             host);
        }
    }
    if (inet_pton(AF_INET, host, &v4) == 1) {
        return check_v4(text, ntohl(v4.s_addr), is_listen, err);
    }
    return ends_in_number(host)
               ? mpcf_fail(err, MPCF_E_CONFIG, "address '%s': '%s' is no IPv4 address", text, host)
               : MPCF_OK;
}

mpcf_status host_port_split(const char *text, bool is_listen, struct host_port_parts *parts,
                            mpcf_error *err)
{
    if (text[0] == '\0') {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "the address is empty; the form is host:port or [ipv6]:port");
    }
    const char *port = NULL;
    MPCF_TRY(split(text, parts, &port, err));
    MPCF_TRY(parts->is_v6 ? check_v6(text, parts->host, is_listen, err)
                          : check_name(text, parts->host, is_listen, err));
    MPCF_TRY(check_port(text, port, is_listen, err));
    parts->port = (unsigned) strtoul(port, NULL, 10);
    return MPCF_OK;
}

mpcf_status host_port_check(const char *text, bool is_listen, unsigned *port, mpcf_error *err)
{
    struct host_port_parts parts;

    MPCF_TRY(host_port_split(text, is_listen, &parts, err));
    *port = parts.port;
    return MPCF_OK;
}
