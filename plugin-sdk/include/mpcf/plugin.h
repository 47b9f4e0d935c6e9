/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/plugin.h - what every plug-in exports, and how it registers.
 *
 * A plug-in is one shared object that exports exactly one symbol, the constant
 * `mpcf_plugin`. The host opens the object with libltdl, reads that constant
 * (no code of the plug-in has been called yet), refuses it if the ABI does not
 * fit, and then calls start(), which registers one or more components.
 *
 *     loaded -> start -> (components used) -> stop
 *
 * The host loads plug-ins from the main thread, before it starts any other
 * thread, and never unloads them before the process ends. start() and stop() are
 * called from that thread, once each.
 */
#ifndef MPCF_PLUGIN_H
#define MPCF_PLUGIN_H

#include <stdbool.h>
#include <stdint.h>

#include <mpcf/error.h>

MPCF_BEGIN_DECLS

/*
 * The plug-in ABI, MAJOR.MINOR. MINOR goes up when fields are appended to a descriptor or
 * functions are added. A change that a plug-in built before it would not survive raises MAJOR;
 * while MAJOR is 0 it raises MINOR, and MINOR_OLDEST with it. A host takes plug-ins of its own
 * MAJOR with a minor from MINOR_OLDEST to MINOR.
 */
#define MPCF_ABI_MAJOR        0
#define MPCF_ABI_MINOR        8
#define MPCF_ABI_MINOR_OLDEST 1

#define MPCF_PLUGIN_MAGIC 0x6d706366u /* "mpcf" */

typedef struct mpcf_registry mpcf_registry;

typedef struct mpcf_plugin_info {
    uint32_t magic;      /* MPCF_PLUGIN_MAGIC */
    uint32_t info_size;  /* sizeof(mpcf_plugin_info) */
    uint16_t abi_major;  /* MPCF_ABI_MAJOR it was built against */
    uint16_t abi_minor;  /* MPCF_ABI_MINOR it was built against */
    uint32_t flags;      /* 0 */
    const char *name;    /* of the plug-in: the file is mpcf-<name>.so */
    const char *version; /* of the plug-in, for the report */
    const char *license; /* SPDX expression */
    const char *summary; /* one line */

    /* Registers the components. On failure nothing stays registered. */
    mpcf_status (*start)(mpcf_registry *registry, mpcf_error *err);
    /* Frees what start() acquired; may be NULL. Called once, at exit. */
    void (*stop)(void);
} mpcf_plugin_info;

/* Defines the exported constant. Use once per plug-in, with initialisers in the order of the struct;
 * C++ takes them from C++20 on. */
#define MPCF_PLUGIN(...)                                                                           \
    extern MPCF_EXPORT const mpcf_plugin_info mpcf_plugin;                                         \
    const mpcf_plugin_info mpcf_plugin = {                                                         \
        .magic = MPCF_PLUGIN_MAGIC,                                                                \
        .info_size = sizeof(mpcf_plugin_info),                                                     \
        .abi_major = MPCF_ABI_MAJOR,                                                               \
        .abi_minor = MPCF_ABI_MINOR,                                                               \
        .flags = 0,                                                                                \
        __VA_ARGS__,                                                                               \
    }

/*
 * Whether a signal has asked this process to end (SIGINT, SIGTERM). What waits (a transport for its
 * peer, a reader for a slow disk) asks at least once a second, and then comes back with
 * MPCF_E_INTERRUPTED. From any thread.
 */
MPCF_EXPORT bool mpcf_interrupted(void);

/* A line in the host's log: what was taken where the user had not said it. Never a text, a label, a
 * secret. From any thread. */
MPCF_EXPORT void mpcf_note(const char *format, ...) MPCF_PRINTF(1, 2);

MPCF_END_DECLS
#endif
