/** Questions to the Domain Name System, and answers with the evidence of how they came. The only room that speaks DNS. */
@NullMarked
package org.postern.dns;

import org.jspecify.annotations.NullMarked;
