/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin new: a template with its name put in.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "host.h"
#include "plugin/plugin_folders.h"
#include "standard_output.h"
#include "templates.h"

/* What a template calls itself, in every file of it. */
static const char placeholder[] = "my_plugin";

static bool name_accepted(const char *name)
{
    return *name >= 'a' && *name <= 'z' && strlen(name) < 48 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

/* TEXT with the placeholder replaced. */
static void rename_in(struct text_buffer *out, const char *text, size_t length, const char *name)
{
    const size_t word = sizeof placeholder - 1;

    for (size_t i = 0; i < length;) {
        if (length - i >= word && memcmp(text + i, placeholder, word) == 0) {
            text_append(out, name);
            i += word;
        } else {
            text_append_bytes(out, text + i, 1);
            i++;
        }
    }
}

static mpcf_status write_file(const struct template_file *file, const char *name,
                              const char *folder, mpcf_error *err)
{
    struct text_buffer path = {0}, text = {0};
    mpcf_status status;

    text_printf(&path, "%s/", folder);
    rename_in(&path, file->name, strlen(file->name), name);
    rename_in(&text, (const char *) file->data, file->length, name);
    if (path.failed || text.failed) {
        status = mpcf_fail_memory(err, file->length, "a template");
    } else if (file_exists(path.data)) {
        status = mpcf_fail(err, MPCF_E_CONFIG, "'%s' is there already", path.data);
    } else {
        status = file_write_whole(path.data, text.data, text.length, err);
    }
    text_clear(&path);
    text_clear(&text);
    return status;
}

static mpcf_status write_all(const char *kind, const char *name, const char *folder,
                             mpcf_error *err)
{
    MPCF_TRY(file_make_folder(folder, err));
    for (const struct template_file *f = template_files; f->kind != NULL; f++) {
        if (strcmp(f->kind, kind) == 0) {
            MPCF_TRY(write_file(f, name, folder, err));
        }
    }
    return MPCF_OK;
}

/* The file that has NAME already, in *OWNER (mpcf_free), or NULL: a plug-in's, or a component's link to one. None
 * is loaded for it. */
static mpcf_status find_owner(const char *folder, const char *name, char **owner, mpcf_error *err)
{
    struct folder_list folders = {0};
    mpcf_status status = folder_list_fill(&folders, folder, err);

    *owner = NULL;
    if (status == MPCF_OK) {
        status = folder_list_find(&folders, name, owner, err);
    }
    folder_list_clear(&folders);
    return status;
}

/* Of two files of a name the first that is found is loaded, and a pipeline file means either. */
static mpcf_status refuse_taken(const char *folder, const char *name, mpcf_error *err)
{
    char *owner;
    mpcf_status status = find_owner(folder, name, &owner, err);

    if (owner != NULL) {
        status = mpcf_fail(err, MPCF_E_CONFIG,
                           "the name '%s' is taken by '%s' (mpcf-host plugin show %s): choose "
                           "another, as 'my_%s', or give --force to put yours in its place with "
                           "--plugin-dir",
                           name, owner, name, name);
    }
    mpcf_free(owner);
    return status;
}

int cmd_plugin_new(const struct args *args)
{
    static const char *const kinds[] = {"approx", "transport", "model", "dataset"};
    const char *kind = args->operands[0], *name = args->operands[1];
    const char *folder = args->operand_count == 3 ? args->operands[2] : name;
    mpcf_error *err;
    int result = EXIT_DONE;
    size_t known = 0;

    while (known < 4 && strcmp(kinds[known], kind) != 0) {
        known++;
    }
    if (known == 4) {
        return host_usage("plugin new", "there is no kind '%s': approx, transport, model, dataset",
                          kind);
    }
    if (!name_accepted(name)) {
        return host_usage("plugin new", "'%s': a name is lower-case letters, digits and '_'", name);
    }
    err = mpcf_error_create();
    if ((args_has(args, "--force") ||
         refuse_taken(args_value(args, "--plugin-dir"), name, err) == MPCF_OK) &&
        write_all(kind, name, folder, err) == MPCF_OK) {
        (void) fprintf(
            standard_output(),
            "%s: written. Next:\n  cmake -G Ninja -S %s -B %s/build && cmake --build %s/build\n"
            "  mpcf-host plugin check %s/build/mpcf-%s.so\n",
            folder, folder, folder, folder, folder, name);
    } else {
        result = host_failed(err);
    }
    mpcf_error_destroy(err);
    return result;
}
