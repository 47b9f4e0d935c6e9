/* SPDX-License-Identifier: Apache-2.0 */
/* From an address as a user writes it to a Unix socket's, and back. */
#include "loopback_address.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../stream/host_port_text.h"

#define HEAD offsetof(struct sockaddr_un, sun_path)

/* Writes the abstract name of TEXT; its length, or one beyond the room. */
static size_t abstract_name(const char *text, char *name, size_t room)
{
    int n = text[0] == '@' ? snprintf(name, room, "%s", text + 1)
                           : snprintf(name, room, "mpcf-%lu-%s", (unsigned long) geteuid(), text);

    return n < 0 ? room : (size_t) n;
}

mpcf_status loopback_address_parse(const char *text, struct sockaddr_un *address, socklen_t *length,
                                   mpcf_error *err)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    size_t room = sizeof(address->sun_path), used = 0;
    if (text[0] == '\0' || strcmp(text, "auto") == 0) {
        *length = sizeof(sa_family_t);
        return MPCF_OK;
    }
    if (strchr(text, '/') != NULL && text[0] != '@') {
        int n = snprintf(address->sun_path, room, "%s", text);
        used = n < 0 ? room : (size_t) n;
    } else {
        used = abstract_name(text, address->sun_path + 1, room - 1);
    }
    if (used >= room - 1) {
        return mpcf_fail(err, MPCF_E_CONFIG, "loopback address '%s' is longer than %zu bytes", text,
                         room - 2);
    }
    *length = (socklen_t) (HEAD + used + 1);
    return MPCF_OK;
}

/* "10.0.0.2:9001": whoever writes it means another transport, and would wait for nobody. */
static bool is_another_machine(const char *text)
{
    unsigned port;

    return (text[0] == '[' || strchr(text, '.') != NULL) && strncmp(text, "127.", 4) != 0 &&
           strncmp(text, "[::1]", 5) != 0 && host_port_check(text, true, &port, NULL) == MPCF_OK;
}

mpcf_status loopback_address_check(const char *text, bool is_listen, mpcf_error *err)
{
    struct sockaddr_un address;
    socklen_t length = 0;

    if (strstr(text, "://") != NULL || strncmp(text, "unix:", 5) == 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "loopback address '%s' begins with a scheme; it is a path or a name",
                         text);
    }
    if (is_another_machine(text)) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "transport loopback stays on this machine, and '%s' is an address of a "
                         "network: write `transport: tcp` or another",
                         text);
    }
    MPCF_TRY(loopback_address_parse(text, &address, &length, err));
    return is_listen || length != sizeof(sa_family_t)
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_CONFIG, "loopback address '%s' names nobody", text);
}

mpcf_status loopback_address_print(const struct sockaddr_un *address, socklen_t length, char *text,
                                   size_t size, mpcf_error *err)
{
    const char *path = loopback_address_path(address);
    int used = length > HEAD ? (int) (length - HEAD) : 0;
    int n = path != NULL
                ? snprintf(text, size, "%s", path)
                : snprintf(text, size, "@%.*s", used > 0 ? used - 1 : 0, address->sun_path + 1);

    if (n < 0 || (size_t) n >= size) {
        return mpcf_fail(err, MPCF_E_INVALID, "an address needs %d bytes, given %zu", n + 1, size);
    }
    return MPCF_OK;
}

const char *loopback_address_path(const struct sockaddr_un *address)
{
    return address->sun_path[0] == '\0' ? NULL : address->sun_path;
}
