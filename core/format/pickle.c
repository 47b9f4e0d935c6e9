/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine that a pickle is a program of, with those of its instructions that make values.
 * Source: Python's Lib/pickletools.py, which documents every opcode.
 */
#include "format/pickle.h"

#include <limits.h>
#include <string.h>

struct machine {
    struct pickle *p;
    const unsigned char *data;
    size_t length, at; /* of the next byte */
    size_t memoized;
};

typedef mpcf_status opcode_function(struct machine *m, unsigned opcode, mpcf_error *err);

static mpcf_status fail(const struct machine *m, const char *what, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_FORMAT, "'%s': its pickle is damaged near byte %zu: %s",
                     m->p->name, m->at, what);
}

/* --- Bytes --- */

static mpcf_status take(struct machine *m, size_t count, const unsigned char **out, mpcf_error *err)
{
    if (count > m->length - m->at) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "'%s': its pickle goes on behind the end of %zu bytes: the file is "
                         "truncated",
                         m->p->name, m->length);
    }
    *out = m->data + m->at;
    m->at += count;
    return MPCF_OK;
}

/* SIZE bytes, the lowest first. */
static mpcf_status take_number(struct machine *m, size_t size, uint64_t *out, mpcf_error *err)
{
    const unsigned char *bytes = NULL;

    *out = 0;
    MPCF_TRY(take(m, size, &bytes, err));
    for (size_t i = 0; i < size; i++) {
        *out |= (uint64_t) bytes[i] << (8 * i);
    }
    return MPCF_OK;
}

/* Up to a newline, which is not of it. */
static mpcf_status take_line(struct machine *m, const char **out, size_t *length, mpcf_error *err)
{
    const unsigned char *end = memchr(m->data + m->at, '\n', m->length - m->at);
    const unsigned char *line = m->data + m->at;

    if (end == NULL) {
        return fail(m, "a line without an end", err);
    }
    *out = (const char *) line;
    *length = (size_t) (end - line);
    m->at += *length + 1;
    return MPCF_OK;
}

/* --- The stack --- */

static mpcf_status push(struct machine *m, uint32_t value, mpcf_error *err)
{
    struct pickle *p = m->p;
    void *block = p->stack;
    const mpcf_status status =
        pickle_room(p, &block, &p->stack_room, p->stack_count + 1, sizeof *p->stack, err);

    p->stack = block;
    MPCF_TRY(status);
    p->stack[p->stack_count++] = value;
    return MPCF_OK;
}

static mpcf_status push_new(struct machine *m, const struct pickle_value *value, mpcf_error *err)
{
    uint32_t number = 0;

    MPCF_TRY(pickle_new(m->p, value, &number, err));
    return push(m, number, err);
}

static mpcf_status pop(struct machine *m, uint32_t *out, mpcf_error *err)
{
    struct pickle *p = m->p;

    if (p->stack_count == 0 || p->stack[p->stack_count - 1] == VALUE_MARK) {
        return fail(m, "nothing is on the stack", err);
    }
    *out = p->stack[--p->stack_count];
    return MPCF_OK;
}

static mpcf_status look(struct machine *m, uint32_t *out, mpcf_error *err)
{
    MPCF_TRY(pop(m, out, err));
    m->p->stack_count++;
    return MPCF_OK;
}

/* The values above the last mark, which stay where they are until the next push; the mark goes. */
static mpcf_status pop_to_mark(struct machine *m, const uint32_t **items, size_t *count,
                               mpcf_error *err)
{
    struct pickle *p = m->p;
    size_t at = p->stack_count;

    while (at > 0 && p->stack[at - 1] != VALUE_MARK) {
        at--;
    }
    if (at == 0) {
        return fail(m, "no mark is on the stack", err);
    }
    *items = p->stack + at;
    *count = p->stack_count - at;
    p->stack_count = at - 1;
    return MPCF_OK;
}

/* --- Plain values --- */

static mpcf_status op_nothing(struct machine *m, unsigned opcode, mpcf_error *err)
{
    const unsigned char *skipped = NULL;

    return take(m, opcode == 0x95 ? 8 : 1, &skipped, err); /* FRAME, PROTO */
}

static mpcf_status op_constant(struct machine *m, unsigned opcode, mpcf_error *err)
{
    switch (opcode) {
    case '(':
        return push(m, VALUE_MARK, err);
    case 'N':
        return push(m, VALUE_NONE, err);
    case 0x88:
        return push(m, VALUE_TRUE, err);
    case 0x89:
        return push(m, VALUE_FALSE, err);
    case ')':
        return push(m, VALUE_EMPTY, err);
    default: /* EMPTY_SET */
        return push(m, VALUE_NOTHING, err);
    }
}

static mpcf_status op_empty(struct machine *m, unsigned opcode, mpcf_error *err)
{
    const struct pickle_value value = {.kind = opcode == ']' ? PICKLE_LIST : PICKLE_DICT};

    return push_new(m, &value, err);
}

static mpcf_status push_integer(struct machine *m, int64_t integer, mpcf_error *err)
{
    const struct pickle_value value = {.kind = PICKLE_INTEGER, .as.integer = integer};

    return integer >= 0 && integer < VALUE_SMALL ? push(m, VALUE_ZERO + (uint32_t) integer, err)
                                                 : push_new(m, &value, err);
}

static mpcf_status op_integer(struct machine *m, unsigned opcode, mpcf_error *err)
{
    uint64_t number = 0;

    MPCF_TRY(take_number(m, opcode == 'K' ? 1 : opcode == 'M' ? 2 : 4, &number, err));
    return push_integer(m, opcode == 'J' ? (int32_t) (uint32_t) number : (int64_t) number, err);
}

/* Bytes that lie in the data. */
static mpcf_status push_text(struct machine *m, uint64_t length, mpcf_error *err)
{
    const unsigned char *bytes = NULL;
    struct pickle_value value = {.kind = PICKLE_TEXT, .count = (uint32_t) length};

    if (length > UINT32_MAX) {
        return fail(m, "a text of more than 4 GiB", err);
    }
    MPCF_TRY(take(m, (size_t) length, &bytes, err));
    value.as.text = (size_t) (bytes - m->data);
    return push_new(m, &value, err);
}

/* Two's complement, the lowest byte first; what no 64 bits hold is kept as its bytes. */
static mpcf_status op_long(struct machine *m, unsigned opcode, mpcf_error *err)
{
    uint64_t length = 0, number = 0;

    MPCF_TRY(take_number(m, opcode == 0x8a ? 1 : 4, &length, err));
    if (length > 8) {
        return push_text(m, length, err);
    }
    MPCF_TRY(take_number(m, (size_t) length, &number, err));
    if (length > 0 && length < 8 && (number >> (8 * length - 1)) != 0) {
        number |= UINT64_MAX << (8 * length);
    }
    return push_integer(m, (int64_t) number, err);
}

static mpcf_status op_real(struct machine *m, unsigned opcode, mpcf_error *err)
{
    const unsigned char *bytes = NULL;

    (void) opcode;
    MPCF_TRY(take(m, 8, &bytes, err));
    return push(m, VALUE_NOTHING, err);
}

static mpcf_status op_text(struct machine *m, unsigned opcode, mpcf_error *err)
{
    uint64_t length = 0;
    size_t size = 4;

    if (opcode == 0x8c || opcode == 'U' || opcode == 'C') { /* SHORT_ ones */
        size = 1;
    } else if (opcode == 0x8d || opcode == 0x8e || opcode == 0x96) { /* ..8 ones */
        size = 8;
    }
    MPCF_TRY(take_number(m, size, &length, err));
    return push_text(m, length, err);
}

/* --- Containers --- */

static mpcf_status push_tuple(struct machine *m, const uint32_t *items, size_t count,
                              mpcf_error *err)
{
    const struct pickle_value value = {.kind = PICKLE_TUPLE};
    uint32_t number = 0;

    if (count == 0) {
        return push(m, VALUE_EMPTY, err);
    }
    MPCF_TRY(pickle_new(m->p, &value, &number, err));
    MPCF_TRY(pickle_append(m->p, number, items, count, err));
    return push(m, number, err);
}

static mpcf_status op_tuple(struct machine *m, unsigned opcode, mpcf_error *err)
{
    const uint32_t *items = NULL;
    size_t count = 0;

    MPCF_TRY(pop_to_mark(m, &items, &count, err));
    return opcode == 't' ? push_tuple(m, items, count, err) : push(m, VALUE_NOTHING, err);
}

/* Of the one, two or three on top. */
static mpcf_status op_short_tuple(struct machine *m, unsigned opcode, mpcf_error *err)
{
    const size_t count = opcode - 0x84u;
    uint32_t items[3] = {0};

    for (size_t i = count; i > 0; i--) {
        MPCF_TRY(pop(m, &items[i - 1], err));
    }
    return push_tuple(m, items, count, err);
}

/* Into what is on top; of what is passed over the items are, too. */
static mpcf_status add_items(struct machine *m, enum pickle_kind kind, const uint32_t *items,
                             size_t count, mpcf_error *err)
{
    uint32_t container = 0;

    MPCF_TRY(look(m, &container, err));
    if (pickle_kind(m->p, container) == PICKLE_OTHER) {
        return MPCF_OK;
    }
    if (pickle_kind(m->p, container) != kind || (kind == PICKLE_DICT && count % 2 != 0)) {
        return fail(m, "items for what takes none of this kind", err);
    }
    return pickle_append(m->p, container, items, count, err);
}

static mpcf_status op_items(struct machine *m, unsigned opcode, mpcf_error *err)
{
    const uint32_t *items = NULL;
    size_t count = 0;
    const enum pickle_kind kind = opcode == 'u'   ? PICKLE_DICT
                                  : opcode == 'e' ? PICKLE_LIST
                                                  : PICKLE_OTHER; /* ADDITEMS */

    MPCF_TRY(pop_to_mark(m, &items, &count, err));
    return add_items(m, kind, items, count, err);
}

static mpcf_status op_item(struct machine *m, unsigned opcode, mpcf_error *err)
{
    const size_t count = opcode == 's' ? 2 : 1;
    uint32_t items[2] = {0};

    for (size_t i = count; i > 0; i--) {
        MPCF_TRY(pop(m, &items[i - 1], err));
    }
    return add_items(m, opcode == 's' ? PICKLE_DICT : PICKLE_LIST, items, count, err);
}

static mpcf_status op_pop(struct machine *m, unsigned opcode, mpcf_error *err)
{
    const uint32_t *items = NULL;
    size_t count = 0;
    uint32_t value = 0;

    return opcode == '0' ? pop(m, &value, err) : pop_to_mark(m, &items, &count, err);
}

/* --- The memo --- */

static mpcf_status remember(struct machine *m, uint64_t place, mpcf_error *err)
{
    struct pickle *p = m->p;
    void *block = p->memo;
    uint32_t value = 0;
    mpcf_status status;

    MPCF_TRY(look(m, &value, err));
    if (place > m->at) { /* each place took a byte at least */
        return fail(m, "a place in the memo that is not the next", err);
    }
    status = pickle_room(p, &block, &p->memo_room, (size_t) place + 1, sizeof *p->memo, err);
    p->memo = block;
    MPCF_TRY(status);
    p->memo[place] = value;
    m->memoized++;
    return MPCF_OK;
}

static mpcf_status op_put(struct machine *m, unsigned opcode, mpcf_error *err)
{
    uint64_t place = m->memoized;

    if (opcode != 0x94) {
        MPCF_TRY(take_number(m, opcode == 'q' ? 1 : 4, &place, err));
    }
    return remember(m, place, err);
}

static mpcf_status op_get(struct machine *m, unsigned opcode, mpcf_error *err)
{
    uint64_t place = 0;

    MPCF_TRY(take_number(m, opcode == 'h' ? 1 : 4, &place, err));
    if (place >= m->p->memo_room || m->p->memo[place] == VALUE_MARK) {
        return fail(m, "a place in the memo that holds nothing", err);
    }
    return push(m, m->p->memo[place], err);
}

/* --- Names and calls --- */

static mpcf_status push_global(struct machine *m, const char *module, size_t module_length,
                               const char *name, size_t name_length, mpcf_error *err)
{
    enum { SHOWN = 80 };
    const struct pickle_global *global =
        pickle_global_find(module, module_length, name, name_length);
    const struct pickle_value value = {.kind = PICKLE_GLOBAL, .as.global = global};

    if (global != NULL) {
        return push_new(m, &value, err);
    }
    return mpcf_fail(
        err, MPCF_E_UNSUPPORTED,
        "'%s': its pickle asks for '%.*s.%.*s', which no state dict needs and which is "
        "not run: save the weights alone (torch.save(model.state_dict(), ...), or "
        "safetensors)",
        m->p->name, (int) (module_length < SHOWN ? module_length : SHOWN), module,
        (int) (name_length < SHOWN ? name_length : SHOWN), name);
}

static mpcf_status op_global(struct machine *m, unsigned opcode, mpcf_error *err)
{
    const char *module = NULL, *name = NULL;
    size_t module_length = 0, name_length = 0;

    (void) opcode;
    MPCF_TRY(take_line(m, &module, &module_length, err));
    MPCF_TRY(take_line(m, &name, &name_length, err));
    return push_global(m, module, module_length, name, name_length, err);
}

static mpcf_status op_stack_global(struct machine *m, unsigned opcode, mpcf_error *err)
{
    uint32_t name = 0, module = 0;
    size_t name_length = 0, module_length = 0;
    const char *name_text, *module_text;

    (void) opcode;
    MPCF_TRY(pop(m, &name, err));
    MPCF_TRY(pop(m, &module, err));
    name_text = pickle_text(m->p, name, &name_length);
    module_text = pickle_text(m->p, module, &module_length);
    if (name_text == NULL || module_text == NULL) {
        return fail(m, "a name that is no text", err);
    }
    return push_global(m, module_text, module_length, name_text, name_length, err);
}

/* OrderedDict([[key, value], ...]), as Python 2 wrote it, or without an argument. */
static mpcf_status call_dict(struct machine *m, uint32_t arguments, mpcf_error *err)
{
    const struct pickle_value value = {.kind = PICKLE_DICT};
    uint32_t dict = 0, list = 0, pair = 0, both[2];
    struct pickle_walk walk;

    MPCF_TRY(pickle_new(m->p, &value, &dict, err));
    if (pickle_take(m->p, arguments, &list, 1)) {
        walk = pickle_items(m->p, list);
        while (pickle_next(m->p, &walk, &pair)) {
            if (!pickle_take(m->p, pair, both, 2)) {
                return fail(m, "a pair that is none", err);
            }
            MPCF_TRY(pickle_append(m->p, dict, both, 2, err));
        }
    }
    return push(m, dict, err);
}

/* The value TUPLE's items as those of a value of KIND. */
static mpcf_status push_as(struct machine *m, enum pickle_kind kind, uint32_t tuple,
                           mpcf_error *err)
{
    struct pickle_value value = m->p->values[tuple];

    value.kind = (uint8_t) kind;
    return push_new(m, &value, err);
}

static mpcf_status call(struct machine *m, uint32_t function, uint32_t arguments, bool inner,
                        mpcf_error *err)
{
    uint32_t items[3] = {0};

    if (pickle_kind(m->p, function) == PICKLE_OTHER) {
        return push(m, VALUE_NOTHING, err);
    }
    if (pickle_kind(m->p, function) != PICKLE_GLOBAL ||
        pickle_kind(m->p, arguments) != PICKLE_TUPLE) {
        return fail(m, "a call of what is no function", err);
    }
    switch (m->p->values[function].as.global->call) {
    case CALL_DICT:
        return call_dict(m, arguments, err);
    case CALL_TENSOR:
        return push_as(m, PICKLE_TENSOR, arguments, err);
    case CALL_PARAMETER:
    case CALL_FIRST:
        return pickle_take(m->p, arguments, items, 1) ? push(m, items[0], err)
                                                      : fail(m, "a call without arguments", err);
    case CALL_FROM_TYPE:
        return !inner && pickle_take(m->p, arguments, items, 3)
                   ? call(m, items[0], items[2], true, err)
                   : fail(m, "a call without arguments", err);
    case CALL_OTHER:
        return push(m, VALUE_NOTHING, err);
    case CALL_NEVER:
        break;
    }
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "'%s': its pickle calls '%s', which is not run",
                     m->p->name, m->p->values[function].as.global->name);
}

static mpcf_status op_call(struct machine *m, unsigned opcode, mpcf_error *err)
{
    uint32_t function = 0, arguments = 0;

    (void) opcode;
    MPCF_TRY(pop(m, &arguments, err));
    MPCF_TRY(pop(m, &function, err));
    return call(m, function, arguments, false, err);
}

/* Attributes: `_metadata` of a state dict, those of a parameter. */
static mpcf_status op_build(struct machine *m, unsigned opcode, mpcf_error *err)
{
    uint32_t state = 0, object = 0;

    (void) opcode;
    MPCF_TRY(pop(m, &state, err));
    return look(m, &object, err);
}

static mpcf_status op_persistent(struct machine *m, unsigned opcode, mpcf_error *err)
{
    static const char word[] = "storage";
    uint32_t id = 0, items[5] = {0};
    size_t length = 0;
    const char *text = NULL;

    (void) opcode;
    MPCF_TRY(pop(m, &id, err));
    if (pickle_kind(m->p, id) == PICKLE_TUPLE && pickle_take(m->p, id, items, 1)) {
        text = pickle_text(m->p, items[0], &length);
    }
    if (text != NULL && length == 6 && memcmp(text, "module", 6) == 0) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "'%s' holds a whole module of PyTorch with its program, which is not run: "
                         "save its state_dict()",
                         m->p->name);
    }
    if (text == NULL || length != sizeof word - 1 || memcmp(text, word, length) != 0 ||
        !pickle_take(m->p, id, items, 5)) {
        return fail(m, "a reference to what is no storage", err);
    }
    return push_as(m, PICKLE_STORAGE, id, err);
}

/* --- The machine --- */

static opcode_function *const opcodes[256] = {
    [0x80] = op_nothing,     [0x95] = op_nothing,     ['('] = op_constant, ['N'] = op_constant,
    [0x88] = op_constant,    [0x89] = op_constant,    [')'] = op_constant, [0x8f] = op_constant,
    [']'] = op_empty,        ['}'] = op_empty,        ['K'] = op_integer,  ['M'] = op_integer,
    ['J'] = op_integer,      [0x8a] = op_long,        [0x8b] = op_long,    ['G'] = op_real,
    ['X'] = op_text,         [0x8c] = op_text,        [0x8d] = op_text,    ['T'] = op_text,
    ['U'] = op_text,         ['B'] = op_text,         ['C'] = op_text,     [0x8e] = op_text,
    [0x96] = op_text,        ['t'] = op_tuple,        [0x91] = op_tuple,   [0x85] = op_short_tuple,
    [0x86] = op_short_tuple, [0x87] = op_short_tuple, ['e'] = op_items,    ['u'] = op_items,
    [0x90] = op_items,       ['a'] = op_item,         ['s'] = op_item,     ['0'] = op_pop,
    ['1'] = op_pop,          ['q'] = op_put,          ['r'] = op_put,      [0x94] = op_put,
    ['h'] = op_get,          ['j'] = op_get,          ['c'] = op_global,   [0x93] = op_stack_global,
    ['R'] = op_call,         [0x81] = op_call,        ['b'] = op_build,    ['Q'] = op_persistent,
};

static mpcf_status run(struct machine *m, mpcf_error *err)
{
    const unsigned char *opcode = NULL;

    for (;;) {
        MPCF_TRY(take(m, 1, &opcode, err));
        if (*opcode == '.') {
            return pop(m, &m->p->root, err);
        }
        if (opcodes[*opcode] == NULL) {
            return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                             "'%s': its pickle has the opcode 0x%02x at byte %zu, which no state "
                             "dict needs",
                             m->p->name, *opcode, m->at - 1);
        }
        MPCF_TRY(opcodes[*opcode](m, *opcode, err));
    }
}

mpcf_status pickle_read(const void *data, size_t length, const char *name, struct pickle *p,
                        size_t *used, mpcf_error *err)
{
    struct machine m = {.p = p, .data = data, .length = length};

    MPCF_TRY(pickle_begin(p, data, length, name, err));
    if (length < 2 || m.data[0] != 0x80 || m.data[1] < 2 || m.data[1] > 5) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s' does not begin as a pickle of protocol 2 to 5",
                         name);
    }
    MPCF_TRY(run(&m, err));
    *used = m.at;
    return MPCF_OK;
}
