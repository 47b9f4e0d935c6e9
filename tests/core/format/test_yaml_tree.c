/* SPDX-License-Identifier: Apache-2.0 */
#include "format/yaml_tree.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "format/yaml_set.h"
#include "support/support.h"

static struct yaml_tree *parsed(const char *text)
{
    mpcf_error *err = mpcf_error_create();
    struct yaml_tree *tree = NULL;

    assert_ok(yaml_parse_text(text, strlen(text), "a.yaml", &tree, err), err);
    mpcf_error_destroy(err);
    return tree;
}

static void refused(const char *text, const char *message)
{
    mpcf_error *err = mpcf_error_create();
    struct yaml_tree *tree = NULL;

    assert_status(MPCF_E_CONFIG, yaml_parse_text(text, strlen(text), "a.yaml", &tree, err), err);
    assert_message_contains(err, message);
    mpcf_error_destroy(err);
}

static void words_keep_their_positions(void **state)
{
    struct yaml_tree *tree = parsed("model:\n  family: bert\n  list: [1, \"two\"]\n");
    const struct yaml_node *model = yaml_get(yaml_root(tree), "model");
    const struct yaml_node *family = yaml_get(model, "family"), *list = yaml_get(model, "list");

    (void) state;
    assert_string_equal(family->text, "bert");
    assert_int_equal(family->line, 2);
    assert_int_equal(family->column, 11);
    assert_int_equal(family->key_column, 3);
    assert_int_equal(list->count, 2);
    assert_string_equal(list->items[1]->text, "two");
    assert_true(list->items[1]->quoted && !list->items[0]->quoted);
    assert_null(yaml_get(model, "absent"));
    assert_null(yaml_get(family, "absent"));
    assert_null(yaml_get(NULL, "absent"));
    yaml_tree_destroy(tree);
}

static void refuses_what_a_pipeline_must_not_use(void **state)
{
    (void) state;
    refused("a: &x 1\n", "a.yaml:1:4: anchors (&x) are not accepted");
    refused("a: *x\n", "a.yaml:1:4: aliases (*x) are not accepted");
    refused("a: !!int 1\n", "are not accepted");
    refused("a: {<<: {b: 1}}\n", "merge keys");
    refused("a: 1\nb: 2\na: 3\n", "a.yaml:3:1: key 'a' stands here twice; first in line 1");
    refused("{[a]: 1}\n", "a key must be a word");
    refused("a: 1\n---\nb: 2\n", "a second document");
    refused("", "a.yaml: is empty");
    refused("a: [1\n", "a.yaml:1:4: this '[' is not closed");
    refused("a: \xff\n", "a.yaml:1:4: the byte 0xff");
}

static void structure_mistakes_are_all_reported(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct yaml_tree *tree = NULL;
    static const char text[] = "b: &x 1\nb: *x\n";

    (void) state;
    assert_status(MPCF_E_CONFIG, yaml_parse_text(text, sizeof text - 1, "a.yaml", &tree, err), err);
    assert_string_equal(mpcf_error_text(err),
                        "a.yaml:1:4: anchors (&x) are not accepted\n"
                        "a.yaml:2:1: key 'b' stands here twice; first in line 1\n"
                        "a.yaml:2:4: aliases (*x) are not accepted");
    mpcf_error_destroy(err);
}

static void depth_and_size_are_limited(void **state)
{
    char deep[128];
    char *wide = mpcf_alloc_array(2, 1 << 20);

    (void) state;
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    refused(deep, "nested deeper than 32 levels");
    memset(wide, ' ', (1 << 20) + 1);
    refused(wide, "at most 1048576 are accepted");
    mpcf_free(wide);
}

static void set_replaces_and_adds(void **state)
{
    struct yaml_tree *tree = parsed("a: {b: 1}\nlist: [{n: x}, {n: y}]\n");
    mpcf_error *err = mpcf_error_create();
    const struct yaml_node *root = yaml_root(tree);

    (void) state;
    assert_ok(yaml_set(tree, "a.b=2", err), err);
    assert_ok(yaml_set(tree, "a.c.d=[3, 4]", err), err);
    assert_ok(yaml_set(tree, "list.1.n=z", err), err);
    assert_ok(yaml_set(tree, "empty=", err), err);
    assert_ok(yaml_set(tree, "up=../there", err), err);
    assert_ok(yaml_set(tree, "more.0=x..so", err), err);
    assert_ok(yaml_set(tree, "more.1=y", err), err);
    assert_ok(yaml_set(tree, "entries.0.n=z", err), err);
    assert_string_equal(yaml_get(yaml_get(root, "a"), "b")->text, "2");
    assert_int_equal(yaml_get(yaml_get(yaml_get(root, "a"), "c"), "d")->count, 2);
    assert_string_equal(yaml_get(yaml_get(root, "list")->items[1], "n")->text, "z");
    assert_string_equal(yaml_get(root, "empty")->text, "");
    assert_string_equal(yaml_get(root, "up")->text, "../there");
    assert_int_equal(yaml_get(root, "more")->kind, YAML_NODE_SEQUENCE);
    assert_int_equal(yaml_get(root, "more")->count, 2);
    assert_string_equal(yaml_get(root, "more")->items[0]->text, "x..so");
    assert_string_equal(yaml_get(yaml_get(root, "entries")->items[0], "n")->text, "z");
    assert_string_equal(yaml_get(yaml_get(root, "a"), "b")->file, "--set a.b");
    yaml_tree_destroy(tree);
    mpcf_error_destroy(err);
}

/* What the command line gives is text where it was not written as YAML. */
static void set_takes_text_as_it_stands(void **state)
{
    static const char *const texts[] = {
        "[::1]:9002", "[fe80::1%eth0]:9002",
        "@name",      "*:9001",
        "%x",         "`y",
        "{a}.b",      "a: b: c",
        "#1",         "a #b",
    };
    struct yaml_tree *tree = NULL;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(yaml_parse_text("a: {b: 1}\n", 10, "f", &tree, err), err);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char assignment[64];
        const struct yaml_node *set = NULL;

        (void) snprintf(assignment, sizeof assignment, "a.b=%s", texts[i]);
        assert_ok(yaml_set(tree, assignment, err), err);
        set = yaml_get(yaml_get(yaml_root(tree), "a"), "b");
        assert_int_equal(set->kind, YAML_NODE_SCALAR);
        assert_string_equal(set->text, texts[i]);
        assert_string_equal(set->file, "--set a.b");
    }
    yaml_tree_destroy(tree);
    mpcf_error_destroy(err);
}

/* What was begun as YAML and is wrong stays a mistake. */
static void set_refuses_what_is_half_yaml(void **state)
{
    static const char *const wrong[] = {"[1, 2", "[1, 2]]", "{a: 1", "{a: [1}",
                                        "\"x",   "'x",      "\x01",  "\xff\xfe"};
    struct yaml_tree *tree = NULL;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(yaml_parse_text("a: {b: 1}\n", 10, "f", &tree, err), err);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char assignment[64];

        (void) snprintf(assignment, sizeof assignment, "a.b=%s", wrong[i]);
        assert_status(MPCF_E_CONFIG, yaml_set(tree, assignment, err), err);
        assert_message_contains(err, "--set a.b");
    }
    yaml_tree_destroy(tree);
    mpcf_error_destroy(err);
}

static void an_address_without_quotes_is_seen(void **state)
{
    static const char text[] = "a: \xc3\xa9\xc3\xa9\nparties:\n  dealer: {listen: [::1]:9001}\n";
    struct yaml_tree *tree = NULL;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_status(MPCF_E_CONFIG, yaml_parse_text(text, sizeof text - 1, "f", &tree, err), err);
    assert_message_contains(err, "f:3:");
    assert_message_contains(err, "an IPv6 address stands in quotes");
    mpcf_error_destroy(err);
}

static void set_refuses_what_has_no_place(void **state)
{
    static const char *const wrong[] = {"a",      "=1",      "a.=1",     ".a=1",
                                        "a..b=1", "a.b.c=1", "list.7=1", "list.x.n=1",
                                        "a=[1",   "a=&x 1",  "list.2=1", "list.01x=1"};
    struct yaml_tree *tree = parsed("a: {b: 1}\nlist: [1]\n");
    mpcf_error *err = mpcf_error_create();

    (void) state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_status(MPCF_E_CONFIG, yaml_set(tree, wrong[i], err), err);
        assert_message_contains(err, "--set");
    }
    yaml_tree_destroy(tree);
    mpcf_error_destroy(err);
}

static void problems_are_sorted_and_each_line_placed(void **state)
{
    struct yaml_tree *tree = parsed("first: 1\nsecond: 2\n");
    const struct yaml_node *root = yaml_root(tree);
    struct yaml_problems *p = yaml_problems_create();

    (void) state;
    yaml_problem(p, root->items[1], "two\n  more of it");
    yaml_problem_key(p, root->items[0], "one");
    yaml_problem(p, root->items[1], "two\n  more of it");
    yaml_problem(p, NULL, "nowhere");
    assert_int_equal(yaml_problems_count(p), 3);
    assert_string_equal(yaml_problems_text(p), "nowhere\na.yaml:1:1: one\na.yaml:2:9: two\n"
                                               "a.yaml:2:9:   more of it\n");
    yaml_problems_destroy(p);
    yaml_tree_destroy(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_keep_their_positions),
        cmocka_unit_test(refuses_what_a_pipeline_must_not_use),
        cmocka_unit_test(structure_mistakes_are_all_reported),
        cmocka_unit_test(depth_and_size_are_limited),
        cmocka_unit_test(set_replaces_and_adds),
        cmocka_unit_test(set_takes_text_as_it_stands),
        cmocka_unit_test(set_refuses_what_is_half_yaml),
        cmocka_unit_test(an_address_without_quotes_is_seen),
        cmocka_unit_test(set_refuses_what_has_no_place),
        cmocka_unit_test(problems_are_sorted_and_each_line_placed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
