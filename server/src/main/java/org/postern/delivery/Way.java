package org.postern.delivery;

import java.nio.file.Path;
import java.util.Optional;
import org.postern.route.NextHop;
import org.postern.route.TlsNeed;
import org.postern.smtp.Host;

/**
 * How a destination is gone to: the same for all its recipients.
 *
 * @param domain right of their {@code @}; of use where the MX hosts are asked for
 * @param credentials a file with user and password
 */
record Way(NextHop hop, Host domain, Optional<Path> credentials, TlsNeed tls, int connections, boolean chunking) {}
