/** What a check came to, and by what evidence. */
@NullMarked
package org.postern.finding;

import org.jspecify.annotations.NullMarked;
