/* SPDX-License-Identifier: Apache-2.0 */
/* Which files stand in such a folder, and which are made. */
#include "channel/certificate_folder.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"
#include "channel/certificate.h"
#include "channel/curve_key.h"
#include "channel/key_folder.h"
#include "channel/private_file.h"
#include "channel/trusted.h"

#define PEM_LIMIT ((size_t) 65536)

/* --- files of a folder --- */

/* No memory is asked for: what was begun must be taken back where there is none. */
static mpcf_status path_of(const char *folder, const char *name, char path[PATH_MAX],
                           mpcf_error *err)
{
    const int length = snprintf(path, PATH_MAX, "%s/%s", folder, name);

    return length > 0 && length < PATH_MAX
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_CONFIG, "the name of folder '%.60s...' is too long", folder);
}

static mpcf_status place(const char *folder, const char *name, const struct pem *pem,
                         mpcf_error *err)
{
    char path[PATH_MAX];

    MPCF_TRY(path_of(folder, name, path, err));
    return private_file_create(path, pem->text, pem->length, err);
}

static mpcf_status fetch(const char *folder, const char *name, bool secret, struct pem *pem,
                         mpcf_error *err)
{
    char path[PATH_MAX];

    MPCF_TRY(path_of(folder, name, path, err));
    return secret ? private_file_read(path, PEM_LIMIT, &pem->text, &pem->length, err)
                  : public_file_read(path, PEM_LIMIT, &pem->text, &pem->length, err);
}

/* Of a set that could not be made whole. */
static void take_back(const char *folder, const char *name)
{
    char path[PATH_MAX];

    if (path_of(folder, name, path, NULL) == MPCF_OK) {
        (void) unlink(path);
    }
}

static bool is_there(const char *folder, const char *name)
{
    char path[PATH_MAX];

    return path_of(folder, name, path, NULL) == MPCF_OK && file_exists(path);
}

static void name_of(enum role role, char name[32])
{
    (void) snprintf(name, 32, "%s.pem", role_name(role));
}

/* --- certificates --- */

static mpcf_status read_authority(const char *folder, struct authority **out, mpcf_error *err)
{
    struct pem key = {.text = NULL}, certificate = {.text = NULL};
    mpcf_status status = fetch(folder, "authority.key", true, &key, err);

    if (status == MPCF_OK) {
        status = fetch(folder, "authority.pem", false, &certificate, err);
    }
    if (status == MPCF_OK) {
        status = authority_parse(&key, &certificate, out, err);
    }
    mpcf_secret_free(key.text);
    mpcf_secret_free(certificate.text);
    return status;
}

static mpcf_status write_authority(const char *folder, const struct authority *a, mpcf_error *err)
{
    struct pem key = {.text = NULL}, certificate = {.text = NULL};

    MPCF_TRY(authority_print(a, &key, &certificate, err));
    mpcf_status status = place(folder, "authority.key", &key, err);
    if (status == MPCF_OK) {
        status = place(folder, "authority.pem", &certificate, err);
        if (status != MPCF_OK) {
            take_back(folder, "authority.key");
        }
    }
    mpcf_secret_free(key.text);
    mpcf_secret_free(certificate.text);
    return status;
}

static mpcf_status find_authority(const char *folder, struct authority **out, mpcf_error *err)
{
    if (is_there(folder, "authority.key")) {
        return read_authority(folder, out, err);
    }
    MPCF_TRY(authority_create(AUTHORITY_DAYS, out, err));
    mpcf_status status = write_authority(folder, *out, err);
    if (status != MPCF_OK) {
        authority_destroy(*out);
        *out = NULL;
    }
    return status;
}

static mpcf_status issue(const struct authority *a, const char *folder, enum role role,
                         unsigned days, unsigned *made, mpcf_error *err)
{
    struct pem pem = {.text = NULL};
    char name[32];

    name_of(role, name);
    if (is_there(folder, name)) {
        return MPCF_OK;
    }
    MPCF_TRY(certificate_issue(a, role, days, &pem, err));
    mpcf_status status = place(folder, name, &pem, err);
    mpcf_secret_free(pem.text);
    *made += status == MPCF_OK;
    return status;
}

mpcf_status certificate_folder_create(const char *folder, unsigned days, mpcf_error *err)
{
    struct authority *a = NULL;
    unsigned made = 0;

    MPCF_TRY(key_folder_make(folder, err));
    mpcf_status status = find_authority(folder, &a, err);
    for (unsigned r = 0; r < 3 && status == MPCF_OK; r++) {
        status = issue(a, folder, (enum role) r, days, &made, err);
    }
    authority_destroy(a);
    if (status == MPCF_OK && made == 0) {
        status =
            mpcf_fail(err, MPCF_E_CONFIG,
                      "'%s' has an authority and the certificates of all roles already: they are "
                      "never replaced; remove ROLE.pem to have another made, or name another "
                      "folder",
                      folder);
    }
    return status;
}

/* --- keys that the others know --- */

/* Draws a key of ROLE: its file, and what the others know it by. */
static mpcf_status draw_pinned(enum role role, struct pem *out, uint8_t *known, mpcf_error *err)
{
    struct certificate_facts facts;

    MPCF_TRY(certificate_draw_key(out, err));
    MPCF_TRY(certificate_look(out, role_name(role), &facts, err));
    memcpy(known, facts.fingerprint, SPOKEN_BYTES);
    return MPCF_OK;
}

struct known_kind {
    const char *suffix;
    const struct trusted_kind *trusted;
    mpcf_status (*draw)(enum role role, struct pem *out, uint8_t *known, mpcf_error *err);
};
static const struct known_kind pinned = {".pem", &trusted_pinned, draw_pinned};
static const struct known_kind curve = {".curve", &trusted_curve, curve_key_draw};

static void known_name(const struct known_kind *kind, enum role role, char name[32])
{
    (void) snprintf(name, 32, "%s%s", role_name(role), kind->suffix);
}

/* *MADE: ROLE's file is this call's. */
static mpcf_status draw(const struct known_kind *kind, const char *folder, enum role role,
                        bool *made, mpcf_error *err)
{
    struct pem pem = {.text = NULL};
    uint8_t known[CURVE_KEY_BYTES] = {0};
    char name[32];

    known_name(kind, role, name);
    mpcf_status status = kind->draw(role, &pem, known, err);
    if (status == MPCF_OK) {
        status = place(folder, name, &pem, err);
        *made = status == MPCF_OK;
    }
    mpcf_secret_free(pem.text);
    return status == MPCF_OK ? trusted_add(kind->trusted, folder, role, known, err) : status;
}

static mpcf_status check_is_new(const struct known_kind *kind, const char *folder, mpcf_error *err)
{
    char name[32];

    for (unsigned r = 0; r < 4; r++) {
        if (r < 3) {
            known_name(kind, (enum role) r, name);
        } else {
            (void) snprintf(name, sizeof(name), "%s", kind->trusted->name);
        }
        if (is_there(folder, name)) {
            return mpcf_fail(err, MPCF_E_CONFIG,
                             "'%s/%s' is there already: keys are never replaced; remove it, or "
                             "name another folder",
                             folder, name);
        }
    }
    return MPCF_OK;
}

static mpcf_status known_folder_create(const struct known_kind *kind, const char *folder,
                                       mpcf_error *err)
{
    bool made[3] = {false};
    char name[32];

    MPCF_TRY(key_folder_make(folder, err));
    MPCF_TRY(check_is_new(kind, folder, err));
    mpcf_status status = MPCF_OK;
    for (unsigned r = 0; r < 3 && status == MPCF_OK; r++) {
        status = draw(kind, folder, (enum role) r, &made[r], err);
    }
    if (status != MPCF_OK && made[0]) { /* with it came the file */
        take_back(folder, kind->trusted->name);
    }
    for (unsigned r = 0; r < 3 && status != MPCF_OK; r++) {
        if (made[r]) {
            known_name(kind, (enum role) r, name);
            take_back(folder, name);
        }
    }
    return status;
}

mpcf_status pinned_folder_create(const char *folder, mpcf_error *err)
{
    return known_folder_create(&pinned, folder, err);
}

mpcf_status curve_folder_create(const char *folder, mpcf_error *err)
{
    return known_folder_create(&curve, folder, err);
}
