/** Tests. */
@NullMarked
package org.postern.spool;

import org.jspecify.annotations.NullMarked;
