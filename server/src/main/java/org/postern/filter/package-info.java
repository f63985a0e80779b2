/**
 * Content filters beside us: rspamd over HTTP, and whatever speaks milter. Each sees a message while it comes in; what it says is a
 * finding like any other.
 */
@NullMarked
package org.postern.filter;

import org.jspecify.annotations.NullMarked;
