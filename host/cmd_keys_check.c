/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys check: whether the files of a folder are what the transports tls and zmq-curve take, and for how long.
 */
#include <stdio.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "channel/certificate.h"
#include "channel/curve_key.h"
#include "channel/key_file.h"
#include "channel/private_file.h"
#include "channel/trusted.h"
#include "host.h"
#include "standard_output.h"

#define FILE_LIMIT ((size_t) 65536)
#define WARN_DAYS  30

struct folder_check {
    const char *folder;
    struct pem authority; /* TEXT NULL: none */
    unsigned found, wrong;
};

static void say(struct folder_check *c, const char *path, bool is_wrong, const char *what)
{
    (void) fprintf(standard_output(), "%s %s: %s\n", is_wrong ? "not ok" : "ok", path, what);
    c->found++;
    c->wrong += is_wrong;
}

static void say_error(struct folder_check *c, const char *path, mpcf_error *err)
{
    say(c, path, true, mpcf_error_text(err));
    mpcf_error_reset(err);
}

/* --- keys that were taken back --- */

struct search {
    const uint8_t *wanted;
    bool found;
};

static void find_listed(void *context, int role, const uint8_t *fingerprint)
{
    struct search *s = context;

    (void) role;
    s->found = s->found || memcmp(s->wanted, fingerprint, SPOKEN_BYTES) == 0;
}

/* A list that is wrong is told of by itself. */
static bool was_taken_back(const struct folder_check *c, const uint8_t fingerprint[SPOKEN_BYTES])
{
    char *path = mpcf_format("%s/%s", c->folder, trusted_revoked.name);
    struct search s = {fingerprint, false};

    if (path != NULL && file_exists(path)) {
        (void) trusted_walk(&trusted_revoked, path, find_listed, &s, NULL);
    }
    mpcf_free(path);
    return s.found;
}

/* --- files --- */

static const char taken_back[] = "this key was taken back: it stands in revoked; make another";

/* What is wrong with a certificate of a role; NULL: nothing. */
static const char *find_fault(const struct folder_check *c, const struct pem *pem,
                              const struct certificate_facts *f, enum role role)
{
    if (!f->has_key) {
        return "has no private key";
    }
    if (was_taken_back(c, f->fingerprint)) {
        return taken_back;
    }
    if (!f->has_certificate) {
        return c->authority.text != NULL ? "has no certificate" : NULL;
    }
    if (f->has_other_key) {
        return "the private key is not the certificate's";
    }
    if (f->role != (int) role) {
        return "the certificate is not of this role";
    }
    if (c->authority.text == NULL) {
        return "there is no authority.pem beside it";
    }
    return certificate_is_signed(pem, &c->authority)
               ? NULL
               : "is not signed by the authority in authority.pem";
}

static void say_end(struct folder_check *c, const char *path, const struct certificate_facts *f)
{
    char text[128];

    if (!f->has_certificate) {
        say(c, path, false, "a key, to be pinned");
        return;
    }
    (void) snprintf(text, sizeof text, "%s on %s%s",
                    f->days_left < 0 ? "expired" : "valid, expires", f->end,
                    f->days_left >= 0 && f->days_left < WARN_DAYS ? ": SOON" : "");
    say(c, path, f->days_left < 0, text);
}

/* ROLE -1: the authority's. */
static mpcf_status check_pem(struct folder_check *c, const char *path, int role,
                             const struct pem *pem, mpcf_error *err)
{
    struct certificate_facts f;
    const char *fault = NULL;

    MPCF_TRY(certificate_look(pem, path, &f, err));
    if (role < 0) {
        fault = f.is_authority ? NULL : "is no authority's certificate";
    } else {
        fault = find_fault(c, pem, &f, (enum role) role);
    }
    if (fault != NULL) {
        say(c, path, true, fault);
    } else {
        say_end(c, path, &f);
    }
    return MPCF_OK;
}

static void check_file(struct folder_check *c, const char *name, int role, mpcf_error *err)
{
    char *path = mpcf_format("%s/%s", c->folder, name);
    struct pem pem = {.text = NULL};

    if (path != NULL && file_exists(path)) {
        mpcf_status status = role < 0
                                 ? public_file_read(path, FILE_LIMIT, &pem.text, &pem.length, err)
                                 : private_file_read(path, FILE_LIMIT, &pem.text, &pem.length, err);
        if (status == MPCF_OK) {
            status = check_pem(c, path, role, &pem, err);
        }
        if (status != MPCF_OK) {
            say_error(c, path, err);
        }
    }
    mpcf_free(path);
    if (role < 0) {
        c->authority = pem;
    } else {
        mpcf_secret_free(pem.text);
    }
}

static void check_role(struct folder_check *c, enum role role, mpcf_error *err)
{
    struct role_keys *keys = NULL;
    char name[32];
    (void) snprintf(name, sizeof name, "%s.pem", role_name(role));
    check_file(c, name, (int) role, err);

    char *path = mpcf_format("%s/%s.key", c->folder, role_name(role));
    if (path != NULL && file_exists(path)) {
        if (key_file_read_as(path, role, &keys, err) == MPCF_OK) {
            say(c, path, false, "keys of the role's links");
        } else {
            say_error(c, path, err);
        }
        role_keys_destroy(keys);
    }
    mpcf_free(path);
}

static void check_list(struct folder_check *c, const struct trusted_kind *kind, mpcf_error *err)
{
    char *path = mpcf_format("%s/%s", c->folder, kind->name), text[64];
    unsigned count = 0;

    if (path != NULL && file_exists(path)) {
        if (trusted_check(kind, path, &count, err) == MPCF_OK) {
            (void) snprintf(text, sizeof text, "%u key%s that %s", count, count == 1 ? "" : "s",
                            kind->has_roles ? "may be a role" : "may be nobody any more");
            say(c, path, false, text);
        } else {
            say_error(c, path, err);
        }
    }
    mpcf_free(path);
}

static mpcf_status check_curve_file(const struct folder_check *c, const char *path, enum role role,
                                    mpcf_error *err)
{
    struct pem file = {.text = NULL};
    uint8_t key[CURVE_KEY_BYTES], fingerprint[SPOKEN_BYTES];
    enum role whose = role;

    MPCF_TRY(private_file_read(path, FILE_LIMIT, &file.text, &file.length, err));
    mpcf_status status = curve_key_parse(&file, path, &whose, key, err);
    mpcf_secret_free(file.text);
    if (status == MPCF_OK && whose != role) {
        status = mpcf_fail(err, MPCF_E_CONFIG, "has the key of the %s", role_name(whose));
    }
    MPCF_TRY(status);
    MPCF_TRY(curve_key_fingerprint(key, fingerprint, err));
    return was_taken_back(c, fingerprint) ? mpcf_fail(err, MPCF_E_CONFIG, "%s", taken_back)
                                          : MPCF_OK;
}

static void check_curve(struct folder_check *c, enum role role, mpcf_error *err)
{
    char *path = mpcf_format("%s/%s.curve", c->folder, role_name(role));

    if (path != NULL && file_exists(path)) {
        if (check_curve_file(c, path, role, err) == MPCF_OK) {
            say(c, path, false, "a CURVE key");
        } else {
            say_error(c, path, err);
        }
    }
    mpcf_free(path);
}

int cmd_keys_check(const struct args *args)
{
    struct folder_check c = {.folder = args->operands[0]};
    mpcf_error *err = mpcf_error_create();
    int result = EXIT_DONE;

    check_file(&c, "authority.pem", -1, err);
    for (unsigned r = 0; r < 3; r++) {
        check_role(&c, (enum role) r, err);
        check_curve(&c, (enum role) r, err);
    }
    check_list(&c, &trusted_pinned, err);
    check_list(&c, &trusted_curve, err);
    check_list(&c, &trusted_revoked, err);
    if (c.found == 0) {
        (void) mpcf_fail(err, MPCF_E_CONFIG,
                         "'%s' has no files of keys: `mpcf-host keys new` makes some", c.folder);
        result = host_refused(err);
    } else if (c.wrong != 0) {
        (void) mpcf_fail(err, MPCF_E_CONFIG, "%u of %u files in '%s' are not right", c.wrong,
                         c.found, c.folder);
        result = host_refused(err);
    }
    mpcf_secret_free(c.authority.text);
    mpcf_error_destroy(err);
    return result;
}
