@NullMarked
package org.postern.begin;

import org.jspecify.annotations.NullMarked;
