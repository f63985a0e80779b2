/** Tests. */
@NullMarked
package org.postern.journal;

import org.jspecify.annotations.NullMarked;
