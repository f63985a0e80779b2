/** What docs/embed.md shows. In a package of its own, so that it needs nothing but what is public. */
@NullMarked
package org.postern.smtp.example;

import org.jspecify.annotations.NullMarked;
