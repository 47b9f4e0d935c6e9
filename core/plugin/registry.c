/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What plug-ins have registered: descriptors checked and copied, so that a plug-in older than the
 * host has the fields it does not know at 0.
 */
#include "plugin/registry.h"

#include <string.h>

#include "base/memory.h"
#include "plugin/option_parse.h"
#include "plugin/option_set.h"

/* --- Lists --- */

void component_list_clear(struct component_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        mpcf_free(list->items[i]);
    }
    mpcf_free(list->items);
    *list = (struct component_list){0};
}

static mpcf_status make_room(struct component_list *list, size_t count, mpcf_error *err)
{
    struct component **items;
    const size_t capacity = 2 * list->capacity + count;

    if (list->count + count <= list->capacity) {
        return MPCF_OK;
    }
    items = mpcf_grow_array(list->items, list->capacity, capacity, sizeof(struct component *));
    if (items == NULL) {
        return mpcf_fail_memory(err, capacity * sizeof(struct component *), "components");
    }
    list->items = items;
    list->capacity = capacity;
    return MPCF_OK;
}

mpcf_status component_list_move(struct component_list *to, struct component_list *from,
                                mpcf_error *err)
{
    MPCF_TRY(make_room(to, from->count, err));
    for (size_t i = 0; i < from->count; i++) {
        to->items[to->count++] = from->items[i];
    }
    from->count = 0;
    component_list_clear(from);
    return MPCF_OK;
}

const struct component *component_list_find(const struct component_list *list,
                                            enum component_kind kind, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->kind == kind &&
            strcmp(component_name(kind, &list->items[i]->as), name) == 0) {
            return list->items[i];
        }
    }
    return NULL;
}

/* --- Registering --- */

static bool name_well_formed(const char *name)
{
    return name != NULL && *name != '\0' && *name != '-' && strlen(name) < 64 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(name);
}

static mpcf_status check_common(const mpcf_registry *registry, const struct component *c,
                                mpcf_error *err)
{
    const char *name = component_name(c->kind, &c->as), *kind = component_kind_name(c->kind);
    const struct component *taken;
    size_t option_size = 0, config_size = 0;
    mpcf_status status;
    const mpcf_option *options = component_options(c->kind, &c->as, &option_size, &config_size);

    if (!name_well_formed(name)) {
        return mpcf_fail(err, MPCF_E_INVALID,
                         "%s '%s': a name is lower-case letters, digits, '_' and '-'", kind,
                         name == NULL ? "(none)" : name);
    }
    taken = component_list_find(registry->others, c->kind, name);
    if (taken == NULL) {
        taken = component_list_find(&registry->pending, c->kind, name);
    }
    if (taken != NULL) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "%s '%s' is registered by plug-in '%s' and by plug-in '%s'", kind, name,
                         taken->plugin, registry->plugin);
    }
    status = option_table_check(options, option_size, config_size, err);
    if (status != MPCF_OK) {
        return mpcf_fail_while(err, status, "%s '%s'", kind, name);
    }
    return MPCF_OK;
}

/* Copies a descriptor whose struct may be older (shorter) or newer (longer) than ours. */
static mpcf_status add(mpcf_registry *registry, enum component_kind kind, const void *descriptor,
                       size_t least, size_t own, mpcf_error *err)
{
    struct component *c;
    size_t size;
    mpcf_status status;

    memcpy(&size, descriptor, sizeof size);
    if (size < least) {
        return mpcf_fail(err, MPCF_E_ABI, "%s: struct_size is %zu, at least %zu is needed",
                         component_kind_name(kind), size, least);
    }
    c = mpcf_alloc_array(1, sizeof *c);
    if (c == NULL) {
        return mpcf_fail_memory(err, sizeof *c, "a component");
    }
    c->kind = kind;
    c->plugin = registry->plugin;
    memcpy(&c->as, descriptor, size < own ? size : own);
    status = check_common(registry, c, err);
    if (status == MPCF_OK) {
        status = make_room(&registry->pending, 1, err);
    }
    if (status != MPCF_OK) {
        mpcf_free(c);
        return status;
    }
    registry->pending.items[registry->pending.count++] = c;
    return MPCF_OK;
}

static mpcf_status remember(mpcf_registry *registry, mpcf_status status)
{
    if (registry->failed == MPCF_OK) {
        registry->failed = status;
    }
    return status;
}

#define SIZE_THROUGH(type, field) (offsetof(type, field) + sizeof((type){0}.field))

static mpcf_status missing(enum component_kind kind, const char *name, const char *what,
                           mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_INVALID, "%s '%s': %s", component_kind_name(kind),
                     name == NULL ? "(none)" : name, what);
}

static mpcf_status check_approx(const mpcf_approx *a, mpcf_error *err)
{
    if (a->build == NULL) {
        return missing(COMPONENT_APPROX, a->name, "build is missing", err);
    }
    if (a->slot < MPCF_SLOT_ACTIVATION || a->slot > MPCF_SLOT_LAYER_NORM) {
        return missing(COMPONENT_APPROX, a->name, "slot is none of MPCF_SLOT_*", err);
    }
    if (!(a->input_low < a->input_high)) {
        return missing(COMPONENT_APPROX, a->name, "input_low must be below input_high", err);
    }
    if (a->struct_size >= SIZE_THROUGH(mpcf_approx, flags) &&
        (a->flags & ~MPCF_APPROX_ANY_ROW_SUM) != 0) {
        return missing(COMPONENT_APPROX, a->name, "flags has a bit that is none of MPCF_APPROX_*",
                       err);
    }
    if (a->struct_size >= SIZE_THROUGH(mpcf_approx, backward) &&
        (a->forward == NULL) != (a->backward == NULL)) {
        return missing(COMPONENT_APPROX, a->name, "forward and backward are given together", err);
    }
    return MPCF_OK;
}

mpcf_status mpcf_register_approx(mpcf_registry *registry, const mpcf_approx *approx,
                                 mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    if (approx->struct_size >= SIZE_THROUGH(mpcf_approx, build)) {
        status = check_approx(approx, err);
    }
    if (status == MPCF_OK) {
        status = add(registry, COMPONENT_APPROX, approx, SIZE_THROUGH(mpcf_approx, build),
                     sizeof *approx, err);
    }
    return remember(registry, status);
}

#define TRANSPORT_CAPS                                                                             \
    (MPCF_TRANSPORT_MESSAGES | MPCF_TRANSPORT_AUTHENTICATED | MPCF_TRANSPORT_ENCRYPTED |           \
     MPCF_TRANSPORT_LOCAL)

/* The first function that no transport may leave out and this one does; NULL: it has them all. */
static const char *missing_function(const mpcf_transport *t)
{
    const struct {
        const char *what;
        bool given;
    } needed[] = {
        {"listen is missing, needed beside listen_as, too", t->listen != NULL},
        {"bound is missing", t->bound != NULL},
        {"accept is missing", t->accept != NULL},
        {"unlisten is missing", t->unlisten != NULL},
        {"connect is missing, needed beside connect_as, too", t->connect != NULL},
        {"close is missing", t->close != NULL},
        {"send is missing", t->send != NULL},
        {"recv is missing", t->recv != NULL},
    };

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (!needed[i].given) {
            return needed[i].what;
        }
    }
    return NULL;
}

static mpcf_status check_transport(const mpcf_transport *t, mpcf_error *err)
{
    const char *function = missing_function(t);

    if (function != NULL) {
        return missing(COMPONENT_TRANSPORT, t->name, function, err);
    }
    if ((t->caps & ~TRANSPORT_CAPS) != 0) {
        return missing(COMPONENT_TRANSPORT, t->name,
                       "caps has a bit that is none of MPCF_TRANSPORT_*", err);
    }
    if ((t->caps & MPCF_TRANSPORT_AUTHENTICATED) != 0 && t->peer_identity == NULL) {
        return missing(COMPONENT_TRANSPORT, t->name,
                       "MPCF_TRANSPORT_AUTHENTICATED needs peer_identity", err);
    }
    return MPCF_OK;
}

mpcf_status mpcf_register_transport(mpcf_registry *registry, const mpcf_transport *transport,
                                    mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    if (transport->struct_size >= SIZE_THROUGH(mpcf_transport, peer_identity)) {
        status = check_transport(transport, err);
    }
    if (status == MPCF_OK) {
        status = add(registry, COMPONENT_TRANSPORT, transport,
                     SIZE_THROUGH(mpcf_transport, peer_identity), sizeof *transport, err);
    }
    return remember(registry, status);
}

static mpcf_status check_model(const mpcf_model *m, mpcf_error *err)
{
    if (m->configure == NULL || m->release == NULL || m->tokenizer == NULL || m->facts == NULL ||
        m->build == NULL || m->architectures == NULL) {
        return missing(COMPONENT_MODEL, m->name, "a function or the architectures are missing",
                       err);
    }
    return MPCF_OK;
}

mpcf_status mpcf_register_model(mpcf_registry *registry, const mpcf_model *model, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    if (model->struct_size >= SIZE_THROUGH(mpcf_model, build)) {
        status = check_model(model, err);
    }
    if (status == MPCF_OK) {
        status = add(registry, COMPONENT_MODEL, model, SIZE_THROUGH(mpcf_model, build),
                     sizeof *model, err);
    }
    return remember(registry, status);
}

static bool has_room_for_labels(const mpcf_dataset *d)
{
    const size_t size = option_type_size(MPCF_OPT_STRING_LIST), at = d->known_labels_offset;

    return at == 0 || (at % option_type_align(MPCF_OPT_STRING_LIST) == 0 &&
                       size <= d->config_size && at <= d->config_size - size);
}

static mpcf_status check_dataset(const mpcf_dataset *d, mpcf_error *err)
{
    if (d->describe == NULL || d->open == NULL || d->next == NULL || d->rewind == NULL ||
        d->close == NULL) {
        return missing(COMPONENT_DATASET, d->name, "a function is missing", err);
    }
    if (d->struct_size >= SIZE_THROUGH(mpcf_dataset, known_labels_offset) &&
        !has_room_for_labels(d)) {
        return missing(COMPONENT_DATASET, d->name,
                       "known_labels_offset is not of a list in the config", err);
    }
    return MPCF_OK;
}

mpcf_status mpcf_register_dataset(mpcf_registry *registry, const mpcf_dataset *dataset,
                                  mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    if (dataset->struct_size >= SIZE_THROUGH(mpcf_dataset, close)) {
        status = check_dataset(dataset, err);
    }
    if (status == MPCF_OK) {
        status = add(registry, COMPONENT_DATASET, dataset, SIZE_THROUGH(mpcf_dataset, close),
                     sizeof *dataset, err);
    }
    return remember(registry, status);
}
