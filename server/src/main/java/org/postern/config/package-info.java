/** The configuration: TOML onto immutable records, with mistakes that name file, line, key and what to do. */
@NullMarked
package org.postern.config;

import org.jspecify.annotations.NullMarked;
