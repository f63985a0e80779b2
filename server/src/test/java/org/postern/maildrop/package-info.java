@NullMarked
package org.postern.maildrop;

import org.jspecify.annotations.NullMarked;
