@NullMarked
package org.postern.smtp.client;

import org.jspecify.annotations.NullMarked;
