/** A configuration of Postfix, read and written as one of ours: {@code postern import-postfix}. */
@NullMarked
package org.postern.postfix;

import org.jspecify.annotations.NullMarked;
