/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of `parties` are judged where they stand, by the transport that would use them. */
#include "pipeline/check_addresses.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "pipeline/open_pipeline.h"
#include "support/support.h"

#define HEAD                                                                                       \
    "version: 1\noutput: out\nplugins: [toy]\nmodel: {family: toy, path: net}\n"                   \
    "dataset: {reader: toy, task: SST-2, path: data}\n"
#define PLAIN(name) HEAD "transport: {name: " name ", require: []}\nparties:\n"

static mpcf_status open_text(const char *text, const char *set, mpcf_error *err)
{
    struct pipeline *p = NULL;
    char *path = file_join(test_folder(), "p.yaml");
    const struct pipeline_request request = {
        .file = path,
        .sets = &set,
        .set_count = set != NULL,
        .plugin_folder = getenv("MPCF_TEST_PLUGINS"),
    };
    mpcf_status status;

    assert_ok(file_write_whole(path, text, strlen(text), err), err);
    status = pipeline_open(&request, &p, err);
    pipeline_close(p);
    mpcf_free(path);
    return status;
}

/* TEXT, with the option SET or NULL, is refused with MESSAGE; NULL: is taken. */
static void expect(const char *text, const char *set, const char *message)
{
    mpcf_error *err = mpcf_error_create();
    const mpcf_status status = open_text(text, set, err);

    if (message == NULL) {
        assert_was_ok(status, err);
    } else {
        assert_status_was(MPCF_E_CONFIG, status, err);
        assert_message_contains(err, message);
    }
    mpcf_error_destroy(err);
}

static void each_stands_with_line_and_column(void **state)
{
    (void) state;
    expect(PLAIN("tcp") "  provider: {listen: \"127.0.0.1:80000\"}\n  dealer: {listen: \"a:1\"}\n",
           NULL,
           "p.yaml:8:22: parties.provider.listen: address '127.0.0.1:80000': port 80000 is beyond "
           "65535");
    expect(PLAIN("tcp") "  provider: {listen: \"a:1\"}\n"
                        "  dealer: {listen: \"a:2\", address: \"tcp://10.0.0.1:9002\"}\n",
           NULL,
           "p.yaml:9:36: parties.dealer.address: address 'tcp://10.0.0.1:9002' begins with a "
           "scheme; the form is host:port: write '10.0.0.1:9002'");
    expect(PLAIN("zmq") "  provider: {listen: \"a:1\", address: \"0.0.0.0:1\"}\n"
                        "  dealer: {listen: \"a:2\"}\n",
           NULL, "p.yaml:8:38: parties.provider.address: address '0.0.0.0:1' is every interface");
    expect(PLAIN("tcp") "  provider: {listen: \"a:1\", address: \"\"}\n"
                        "  dealer: {listen: \"a:2\"}\n",
           NULL, "p.yaml:8:38: parties.provider.address is empty");
    expect(PLAIN("loopback") "  provider: {listen: \"10.0.0.2:1\"}\n  dealer: {listen: d}\n", NULL,
           "p.yaml:8:22: parties.provider.listen: transport loopback stays on this machine");
}

static void what_others_cannot_call_needs_an_address(void **state)
{
    static const char *const listens[] = {"0.0.0.0:9002", ":9002", "[::]:9002", "127.0.0.1:0"};

    (void) state;
    for (size_t i = 0; i < 4; i++) {
        char *alone = mpcf_format(PLAIN("tcp") "  provider: {listen: \"a:1\"}\n"
                                               "  dealer: {listen: \"%s\"}\n",
                                  listens[i]);
        char *beside = mpcf_format(PLAIN("tcp") "  provider: {listen: \"a:1\"}\n"
                                                "  dealer: {listen: \"%s\", address: \"b:9002\"}\n",
                                   listens[i]);

        expect(alone, NULL,
               "p.yaml:9:20: parties.dealer: the others need an `address` beside this `listen`: ");
        expect(beside, NULL, NULL);
        mpcf_free(alone);
        mpcf_free(beside);
    }
    expect(PLAIN("loopback") "  provider: {listen: auto}\n  dealer: {listen: d}\n", NULL,
           "p.yaml:8:22: parties.provider: the others need an `address` beside this `listen`");
}

static void provider_and_dealer_are_apart(void **state)
{
    (void) state;
    expect(PLAIN("tcp") "  provider: {listen: \"10.0.0.2:9001\"}\n"
                        "  dealer: {listen: \":9001\", address: \"10.0.0.2:9001\"}\n",
           NULL,
           "p.yaml:9:38: parties.dealer and parties.provider have one address, '10.0.0.2:9001'");
    expect(PLAIN("tcp") "  provider: {listen: \"localhost:9001\"}\n"
                        "  dealer: {listen: \"127.0.0.1:9001\"}\n",
           NULL, "p.yaml:9:20: parties.dealer and parties.provider have one address");
    expect(PLAIN("loopback") "  provider: {listen: x}\n  dealer: {listen: x}\n", NULL,
           "have one address, 'x'");
    expect(PLAIN("tcp") "  provider: {listen: \":9001\", address: \"10.0.0.2:9001\"}\n"
                        "  dealer: {listen: \":9001\", address: \"10.0.0.3:9001\"}\n",
           NULL, NULL);
    expect(PLAIN("tcp") "  provider: {listen: \"127.0.0.1:9001\"}\n"
                        "  dealer: {listen: \"[::1]:9001\"}\n",
           NULL, NULL);
}

#define TWO "  provider: {listen: \"127.0.0.1:9001\"}\n  dealer: {listen: \"127.0.0.1:9002\"}\n"

/* With brackets, which YAML takes for a list, and with what else only looks like YAML. */
static void the_command_line_takes_them_as_they_are(void **state)
{
    (void) state;
    expect(PLAIN("tcp") TWO, "parties.dealer.address=[::1]:9002", NULL);
    expect(PLAIN("tcp") TWO, "parties.dealer.address=[::1]:90020",
           "--set parties.dealer.address: address '[::1]:90020': port");
    expect(PLAIN("loopback") "  provider: {listen: x}\n  dealer: {listen: y}\n",
           "parties.dealer.listen=@y", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_stands_with_line_and_column),
        cmocka_unit_test(what_others_cannot_call_needs_an_address),
        cmocka_unit_test(provider_and_dealer_are_apart),
        cmocka_unit_test(the_command_line_takes_them_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
