@NullMarked
package org.postern.dkim;

import org.jspecify.annotations.NullMarked;
