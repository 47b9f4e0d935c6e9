/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys from the command line: made, shown, and asked of a role before it starts.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/key_file.h"
#include "channel/spoken.h"
#include "support/program.h"
#include "support/support.h"

static const char *const roles[3] = {"provider", "user", "dealer"};

static struct role_keys *keys_of(const char *folder, unsigned role)
{
    struct role_keys *keys = NULL;
    char *path = mpcf_format("%s/%s.key", folder, roles[role]);

    assert_int_equal(key_file_read_as(path, (enum role) role, &keys, NULL), MPCF_OK);
    mpcf_free(path);
    return keys;
}

/* None of ROLE's keys stands in TEXT, as it does in the file. */
static void assert_no_key(const char *text, const char *folder, unsigned role)
{
    struct role_keys *keys = keys_of(folder, role);
    char printed[ROLE_KEYS_TEXT], *line = printed;

    (void) role_keys_print(keys, printed);
    for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (strchr(line, '>') != NULL) {
            assert_int_equal(strlen(strchr(line, ' ') + 1), 2 * LINK_KEY_BYTES);
            assert_null(strstr(text, strchr(line, ' ') + 1));
        }
    }
    role_keys_destroy(keys);
}

static void run(struct program_result *result, const char *verb, const char *operand)
{
    program_run(NULL, (const char *const[]){"keys", verb, operand, NULL}, result);
}

static void new_keys_are_three_files(void **state)
{
    static struct program_result said;
    char *folder = file_join(test_folder(), "keys");

    (void) state;
    run(&said, "new", folder);
    assert_int_equal(said.status, 0);
    for (unsigned r = 0; r < 3; r++) {
        char *line =
            mpcf_format("%s/%s.key: for the %s, and nobody else\n", folder, roles[r], roles[r]);

        assert_non_null(strstr(said.out, line));
        assert_no_key(said.out, folder, r);
        mpcf_free(line);
    }
    assert_non_null(strstr(said.out, "in private"));
    ASSERT_HOST(2, "provider.key' is there already", "keys", "new", folder);
    ASSERT_HOST(2, "expected FOLDER", "keys", "new");
    ASSERT_HOST(0, "usage: mpcf-host keys new FOLDER", "keys", "new", "--help");
    ASSERT_HOST(0, "usage: mpcf-host keys show FILE", "keys", "show", "--help");
    ASSERT_HOST(2, "did you mean 'keys new'?", "keys", "nw", "./folder");
    ASSERT_HOST(2, "expected one of 'keys new', 'keys show'", "keys");
    mpcf_free(folder);
}

static void shown_are_role_and_fingerprints(void **state)
{
    static struct program_result said[3];
    char *folder = file_join(test_folder(), "shown");

    (void) state;
    ASSERT_HOST(0, "shown/user.key", "keys", "new", folder);
    for (unsigned r = 0; r < 3; r++) {
        char *path = mpcf_format("%s/%s.key", folder, roles[r]);
        char *head = mpcf_format("%s: the keys of the %s\n", path, roles[r]);

        run(&said[r], "show", path);
        assert_int_equal(said[r].status, 0);
        assert_non_null(strstr(said[r].out, head));
        assert_no_key(said[r].out, folder, r);
        mpcf_free(head);
        mpcf_free(path);
    }
    for (unsigned a = 0; a < 3; a++) {
        for (unsigned b = 0; b < 3; b++) {
            char *name = mpcf_format("  %s>%s ", roles[a], roles[b]);
            const char *here = strstr(said[a].out, name), *there = strstr(said[b].out, name);

            if (a != b) { /* both ends show the same line */
                assert_non_null(here);
                assert_non_null(there);
                assert_memory_equal(here, there, strcspn(here, "\n") + 1);
            } else {
                assert_null(here);
            }
            mpcf_free(name);
        }
    }
    mpcf_free(folder);
}

static void what_is_shown_is_a_file_of_keys(void **state)
{
    char *folder = file_join(test_folder(), "wrong"), *path = file_join(folder, "user.key");

    (void) state;
    ASSERT_HOST(2, "No such file", "keys", "show", path);
    ASSERT_HOST(0, NULL, "keys", "new", folder);
    assert_int_equal(chmod(path, 0644), 0);
    ASSERT_HOST(2, "others can reach the keys", "keys", "show", path);
    assert_int_equal(file_write_whole(path, "mpcf-keys 1\nrole cook\n", 22, NULL), MPCF_OK);
    assert_int_equal(chmod(path, 0600), 0);
    ASSERT_HOST(2, "user.key:2: expected 'role provider'", "keys", "show", path);
    mpcf_free(path);
    mpcf_free(folder);
}

#define HEAD                                                                                       \
    "version: 1\noutput: out\nmodel: {family: bert, path: example/model}\n"                        \
    "dataset: {reader: glue, task: SST-2, path: example/data, max_length: 16}\n"                   \
    "approximations: {activation: quad, normaliser: 2quad}\n"
#define PARTIES                                                                                    \
    "parties: {provider: {listen: '127.0.0.1:1'}, dealer: {listen: '127.0.0.1:2'}}\n"              \
    "stages: {infer: {}}\n"

static void check_role(const char *file, const char *role, const char *set, int status,
                       const char *part)
{
    ASSERT_HOST(status, part, file, "--check", "--role", role, "--set", set);
}

/* With tcp and with zmq; also one that is switched to by --set. */
static void a_role_is_asked_for_keys_before_it_starts(void **state)
{
    static const char *const transports[] = {"transport.name=tcp", "transport.name=zmq"};
    char *example = file_join(test_folder(), "example"), *keys = file_join(test_folder(), "mine");
    char *convert = file_join(test_folder(), "convert.yaml");
    char *file = file_join(test_folder(), "apart.yaml");

    (void) state;
    assert_int_equal(file_write_whole(convert, HEAD "stages: {convert: {}}\n",
                                      strlen(HEAD "stages: {convert: {}}\n"), NULL),
                     MPCF_OK);
    assert_int_equal(file_write_whole(file, HEAD PARTIES, strlen(HEAD PARTIES), NULL), MPCF_OK);
    ASSERT_HOST(0, NULL, "example", example, "--rows", "64");
    ASSERT_HOST(0, NULL, convert, "--quiet");
    ASSERT_HOST(0, NULL, "keys", "new", keys);
    for (unsigned r = 0; r < 3; r++) {
        char *own = mpcf_format("parties.%s.keys=mine/%s.key", roles[r], roles[r]);
        char *others = mpcf_format("parties.%s.keys=mine/%s.key", roles[r], roles[(r + 1) % 3]);

        check_role(file, roles[r], "seed=1", 0, "links   loopback, authenticated by system user");
        check_role(file, roles[r], own, 0, "links   loopback, authenticated by keys");
        check_role(file, roles[r], others, 2, "not of the ");
        for (size_t t = 0; t < 2; t++) {
            check_role(file, roles[r], transports[t], 2, "keys is not given: transport '");
            ASSERT_HOST(0, "accepted", file, "--check", "--role", roles[r], "--set", transports[t],
                        "--set", own);
            ASSERT_HOST(0, "authenticated by none", file, "--check", "--role", roles[r], "--set",
                        transports[t], "--set", "transport.require=[]");
            ASSERT_HOST(2, "keys is not given", file, "--check", "--role", roles[r], "--set",
                        transports[t], "--set", "transport.require=[authenticated]");
            ASSERT_HOST(0, "authenticated by keys", file, "--check", "--set", transports[t]);
        }
        mpcf_free(own);
        mpcf_free(others);
    }
    mpcf_free(example);
    mpcf_free(keys);
    mpcf_free(convert);
    mpcf_free(file);
}

/* What keys new --proof says is needed is what tls asks for, by --check already. */
static void tls_says_what_it_lacks(void **state)
{
    char *file = file_join(test_folder(), "tls.yaml");

    (void) state;
    assert_int_equal(file_write_whole(file, HEAD PARTIES, strlen(HEAD PARTIES), NULL), MPCF_OK);
    for (unsigned r = 0; r < 3; r++) {
        char *own = mpcf_format("parties.%s.keys=mine/%s.key", roles[r], roles[r]);

        check_role(file, roles[r], "transport.name=tls", 2,
                   "keys is not given: transport 'tls' proves roles by keys");
        ASSERT_HOST(0, "links   tls, authenticated by keys", file, "--check", "--role", roles[r],
                    "--set", "transport.name=tls", "--set", own);
        mpcf_free(own);
    }
    ASSERT_HOST(2, "the keys of the user: cannot open", file, "--check", "--role", "user", "--set",
                "transport.name=tls", "--set", "transport.options.proof=certificate", "--set",
                "transport.options.folder=none");
    ASSERT_HOST(2, "tls: proof: pinned needs a folder with the keys", file, "--check", "--set",
                "transport.name=tls", "--set", "transport.options.proof=pinned");
    mpcf_free(file);
}

/* An authority and three certificates, or three keys and who is trusted; shown, checked, trusted. */
static void keys_of_tls_are_made_shown_and_checked(void **state)
{
    static struct program_result said, again;
    char *folder = file_join(test_folder(), "tls"), *pinned = file_join(test_folder(), "pinned");
    char *own = file_join(folder, "dealer.pem"), *key = file_join(pinned, "dealer.pem");
    char *authority = file_join(folder, "authority.pem"), *trusted = file_join(pinned, "trusted");
    char words[SPOKEN_SIZE] = "";

    (void) state;
    ASSERT_HOST(0, "authority.key: for nobody", "keys", "new", "--proof", "certificate", "--days",
                "10", folder);
    ASSERT_HOST(2, "are never replaced", "keys", "new", "--proof", "certificate", folder);
    ASSERT_HOST(0, "trusted: for all three", "keys", "new", "--proof=pinned", pinned);
    ASSERT_HOST(2, "--proof is keys, certificate, pinned or curve, not 'tls'", "keys", "new",
                "--proof", "tls", folder);
    ASSERT_HOST(2, "--days goes with --proof certificate", "keys", "new", "--days", "3", folder);
    run(&said, "show", own);
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "the certificate of the dealer\n"));
    assert_non_null(strstr(said.out, "  expires on "));
    assert_null(strstr(said.out, "PRIVATE"));
    ASSERT_HOST(0, ": SOON", "keys", "check", folder);
    run(&again, "show", key);
    assert_non_null(strstr(again.out, "a key, to be pinned"));
    const char *digits = strstr(again.out, "\n  ");
    assert_non_null(digits);
    const char *line = strstr(digits + 1, "\n  ") + 3;
    memcpy(words, line, SPOKEN_SIZE - 1);
    ASSERT_HOST(2, "has this key already", "keys", "trust", pinned, "dealer", words);
    words[0] = words[0] == 'b' ? 'd' : 'b';
    ASSERT_HOST(0, "may be the user", "keys", "trust", pinned, "user", words);
    ASSERT_HOST(2, "there is no role 'cook'", "keys", "trust", pinned, "cook", words);
    ASSERT_HOST(2, "eight words of five letters", "keys", "trust", pinned, "user", "lusab");
    assert_int_equal(chmod(own, 0644), 0);
    ASSERT_HOST(2, "1 of 4 files", "keys", "check", folder);
    ASSERT_HOST(0, "trusted: 4 keys that may be a role", "keys", "check", pinned);
    assert_int_equal(chmod(trusted, 0664), 0);
    ASSERT_HOST(2, "1 of 4 files", "keys", "check", pinned);
    assert_int_equal(chmod(own, 0600), 0);
    assert_int_equal(chmod(authority, 0644), 0); /* it is for all */
    ASSERT_HOST(0, "ok ", "keys", "check", folder);
    ASSERT_HOST(0, "the certificate of an authority", "keys", "show", authority);
    assert_int_equal(chmod(authority, 0666), 0);
    ASSERT_HOST(2, "others can write", "keys", "show", authority);
    ASSERT_HOST(2, "has no files of keys", "keys", "check", test_folder());
    mpcf_free(folder);
    mpcf_free(pinned);
    mpcf_free(own);
    mpcf_free(key);
    mpcf_free(authority);
    mpcf_free(trusted);
}

/* Three pairs and who is trusted; shown, checked, trusted. */
static void curve_keys_are_made_shown_and_checked(void **state)
{
    static struct program_result said;
    char *folder = file_join(test_folder(), "curve"), *own = file_join(folder, "dealer.curve");
    char *others = file_join(folder, "user.curve"), *trusted = file_join(folder, "trusted.curve");
    char digits[65] = "", words[SPOKEN_SIZE] = "";

    (void) state;
    ASSERT_HOST(0, "trusted.curve: for all three", "keys", "new", "--proof", "curve", folder);
    ASSERT_HOST(2, "are never replaced", "keys", "new", "--proof", "curve", folder);
    run(&said, "show", own);
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "the CURVE key of the dealer"));
    const char *line = strstr(said.out, "\n  ");
    assert_non_null(line);
    memcpy(digits, line + 3, 64);
    assert_int_equal(strspn(digits, "0123456789abcdef"), 64);
    memcpy(words, line + 3 + 64 + 3, SPOKEN_SIZE - 1);
    ASSERT_HOST(2, "has this key already", "keys", "trust", folder, "dealer", digits);
    digits[0] = digits[0] == '0' ? '1' : '0';
    ASSERT_HOST(0, "trusted.curve: who has this key may be the user", "keys", "trust", folder,
                "user", digits);
    assert_null(strstr(said.out, "secret"));
    run(&said, "check", folder);
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "a CURVE key"));
    assert_non_null(strstr(said.out, "trusted.curve: 4 keys that may be a role"));
    assert_int_equal(chmod(own, 0640), 0);
    ASSERT_HOST(2, "others can reach the keys in", "keys", "show", own);
    ASSERT_HOST(2, "1 of 4 files", "keys", "check", folder);
    assert_int_equal(chmod(own, 0600), 0);
    assert_int_equal(rename(others, own), 0);
    ASSERT_HOST(2, "has the key of the user", "keys", "check", folder);
    assert_int_equal(chmod(trusted, 0664), 0);
    ASSERT_HOST(2, "2 of 3 files", "keys", "check", folder);
    assert_int_equal(strspn(words, "abdfghijklmnoprstuvz "), SPOKEN_SIZE - 1);
    mpcf_free(folder);
    mpcf_free(own);
    mpcf_free(others);
    mpcf_free(trusted);
}

/* What keys new --proof says is needed is what zmq-curve asks for, by --check already. */
static void zmq_curve_says_what_it_lacks(void **state)
{
    char *file = file_join(test_folder(), "tls.yaml"), *folder = file_join(test_folder(), "three");
    char *own = mpcf_format("transport.options.folder=%s", folder);

    (void) state;
    check_role(file, "user", "transport.name=zmq-curve", 2,
               "keys is not given: transport 'zmq-curve' proves roles by keys");
    ASSERT_HOST(0, "links   zmq-curve, authenticated by keys", file, "--check", "--role", "user",
                "--set", "transport.name=zmq-curve", "--set", "parties.user.keys=mine/user.key");
    ASSERT_HOST(2, "zmq-curve: proof: curve needs a folder with the keys", file, "--check", "--set",
                "transport.name=zmq-curve", "--set", "transport.options.proof=curve");
    ASSERT_HOST(0, NULL, "keys", "new", "--proof", "curve", folder);
    ASSERT_HOST(0, "links   zmq-curve, authenticated by transport", file, "--check", "--role",
                "user", "--set", "transport.name=zmq-curve", "--set",
                "transport.options.proof=curve", "--set", own);
    ASSERT_HOST(0, "accepted", file, "--check", "--role", "user", "--set",
                "transport.name=zmq-curve", "--set", "transport.options.proof=curve", "--set", own,
                "--set", "transport.require=[authenticated, encrypted]");
    ASSERT_HOST(2, "transport 'zmq' does not encrypt", file, "--check", "--role", "user", "--set",
                "transport.name=zmq", "--set", "transport.require=[authenticated, encrypted]");
    mpcf_free(file);
    mpcf_free(folder);
    mpcf_free(own);
}

/* By its digits, or the words of its fingerprint, in the list of tls; a key has one spelling. */
static void curve_keys_are_taken_back(void **state)
{
    static struct program_result said;
    char *folder = file_join(test_folder(), "curve-back"), *own = file_join(folder, "user.curve");
    char *list = file_join(folder, "revoked"), *trusted = file_join(folder, "trusted.curve");
    char digits[65] = "", *text = NULL;
    size_t length = 0;

    (void) state;
    ASSERT_HOST(0, NULL, "keys", "new", "--proof", "curve", folder);
    run(&said, "show", own);
    memcpy(digits, strstr(said.out, "\n  ") + 3, 64);
    ASSERT_HOST(0, digits, "keys", "show", trusted);
    ASSERT_HOST(0, "is nobody from the next connection on", "keys", "revoke", folder, digits);
    ASSERT_HOST(2, "revoked: has this key already", "keys", "revoke", folder, digits);
    ASSERT_HOST(2, "user.curve: this key was taken back: it stands in revoked", "keys", "check",
                folder);
    ASSERT_HOST(2, "1 of 5 files", "keys", "check", folder);
    ASSERT_HOST(0, "keys that were taken back", "keys", "show", list);

    /* In capitals, as other tools print digits: the transport does not take the line, and so no other is added. */
    assert_int_equal(file_read(trusted, 65536, &text, &length, NULL), MPCF_OK);
    char *at = strstr(text, digits);
    assert_non_null(at);
    at[strcspn(at, "abcdef")] ^= 0x20;
    assert_int_equal(unlink(trusted), 0);
    assert_int_equal(file_write_whole_private(trusted, text, length, NULL), MPCF_OK);
    ASSERT_HOST(2, "expected a role and a public key of 64 hexadecimal digits", "keys", "trust",
                folder, "user", digits);
    ASSERT_HOST(2, "expected a role and a public key of 64 hexadecimal digits", "keys", "check",
                folder);
    mpcf_free(text);
    mpcf_free(folder);
    mpcf_free(own);
    mpcf_free(list);
    mpcf_free(trusted);
}

static void write_list(const char *path, unsigned count)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    (void) fprintf(file, "mpcf-trusted 1\n");
    for (unsigned i = 0; i < count; i++) {
        (void) fprintf(file, "user %032x\n", i);
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0644), 0);
}

/* By digits or words; shown, checked, and the same key no second time. */
static void keys_are_taken_back(void **state)
{
    static struct program_result said;
    char *folder = file_join(test_folder(), "back"), *own = file_join(folder, "user.pem");
    char *list = file_join(folder, "revoked"), *trusted = file_join(folder, "trusted");
    char digits[33] = "";

    (void) state;
    ASSERT_HOST(0, NULL, "keys", "new", "--proof", "certificate", folder);
    run(&said, "show", own);
    memcpy(digits, strstr(said.out, "\n  ") + 3, 32);
    ASSERT_HOST(2, "eight words of five letters", "keys", "revoke", folder, "lusab");
    ASSERT_HOST(0, "is nobody from the next connection on", "keys", "revoke", folder, digits);
    ASSERT_HOST(2, "revoked: has this key already", "keys", "revoke", folder, digits);
    ASSERT_HOST(2, "user.pem: this key was taken back: it stands in revoked", "keys", "check",
                folder);
    ASSERT_HOST(2, "ok ", "keys", "check", folder);
    ASSERT_HOST(2, "revoked: 1 key that may be nobody any more", "keys", "check", folder);
    ASSERT_HOST(0, digits, "keys", "show", list);
    ASSERT_HOST(0, "keys that were taken back", "keys", "show", list);

    write_list(trusted, 64);
    ASSERT_HOST(0, "  user     0000000000000000000000000000003f  ", "keys", "show", trusted);
    ASSERT_HOST(2, "has 64 keys, and the transport takes no more", "keys", "trust", folder, "user",
                digits);
    write_list(trusted, 65);
    ASSERT_HOST(2, "trusted: has more than 64 keys: take out", "keys", "check", folder);
    mpcf_free(folder);
    mpcf_free(own);
    mpcf_free(list);
    mpcf_free(trusted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_keys_are_three_files),
        cmocka_unit_test(shown_are_role_and_fingerprints),
        cmocka_unit_test(what_is_shown_is_a_file_of_keys),
        cmocka_unit_test(a_role_is_asked_for_keys_before_it_starts),
        cmocka_unit_test(tls_says_what_it_lacks),
        cmocka_unit_test(keys_of_tls_are_made_shown_and_checked),
        cmocka_unit_test(curve_keys_are_made_shown_and_checked),
        cmocka_unit_test(zmq_curve_says_what_it_lacks),
        cmocka_unit_test(keys_are_taken_back),
        cmocka_unit_test(curve_keys_are_taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
