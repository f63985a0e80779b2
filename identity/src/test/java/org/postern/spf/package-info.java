@NullMarked
package org.postern.spf;

import org.jspecify.annotations.NullMarked;
