@NullMarked
package org.postern.dmarc;

import org.jspecify.annotations.NullMarked;
